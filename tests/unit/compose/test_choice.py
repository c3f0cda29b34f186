import pytest

from tailrace.compose.choice import wanted
from tailrace.compose.container import unlicensed
from tailrace.control import EmulatorError

pytestmark = pytest.mark.unit


def test_wanted() -> None:
    """EMULATOR is one of three; nothing is auto."""
    assert [wanted(text) for text in ("", "auto", "docker", "embedded")] == [
        "auto",
        "auto",
        "docker",
        "embedded",
    ]


def test_not_wanted() -> None:
    """Anything else is refused with what it may be."""
    with pytest.raises(
        EmulatorError, match="EMULATOR=podman is not valid: expected one of auto, docker, embedded"
    ):
        wanted("podman")
    with pytest.raises(EmulatorError, match="for `make test`"):
        wanted("testcontainers")


def test_exit_code_of_the_licence_check() -> None:
    """Exit code 55 becomes a sentence that names the image, the token, and two ways without one."""
    said = unlicensed("localstack/localstack:2026.3.0")
    for part in (
        "localstack/localstack:2026.3.0",
        "LOCALSTACK_AUTH_TOKEN",
        "4.14.0",
        "unset LOCALSTACK_IMAGE",
    ):
        assert part in said
