import pytest

from tailrace.control import EmulatorError, Installation
from tailrace.control.doctor import system

pytestmark = pytest.mark.unit


def test_linux_only() -> None:
    """Elsewhere nothing is installed, and Docker is named as the way, by `tailrace doctor` too."""
    mac = Installation("/nowhere", parts=(), platform="darwin")
    with pytest.raises(
        EmulatorError, match=r"runs on Linux only\. Start a Docker engine, and set EMULATOR=docker\."
    ):
        mac.install(print)
    assert [finding.fix for finding in system(mac)] == ["EMULATOR=docker (docs/docker.md)"]
    linux = Installation("/nowhere", parts=(), platform="linux")
    assert not linux.install(print)
    assert list(system(linux)) == []
