import pytest

from tailrace.compose.engine import near, recent
from tailrace.sentences import last_line

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "place", ["", "unix:///var/run/docker.sock", "npipe:////./pipe/docker_engine", "tcp://127.0.0.1:2375"]
)
def test_near(place: str) -> None:
    """An engine behind a socket of this machine publishes on our own loopback."""
    assert near(place)


@pytest.mark.parametrize("place", ["ssh://me@build-box", "tcp://10.0.0.5:2376", "tcp://docker:2375"])
def test_far(place: str) -> None:
    """An engine on another machine does not."""
    assert not near(place)


@pytest.mark.parametrize("version", ["2.24.0", "2.26.1-4", "v2.40.3-desktop.1", "5.0.1"])
def test_recent(version: str) -> None:
    """Compose from 2.24 on is new enough, however its version is written."""
    assert recent(version)


@pytest.mark.parametrize("version", ["", "1.29.2", "2.23.3", "dev"])
def test_not_recent(version: str) -> None:
    """An older one, none at all, or one that does not say, is not."""
    assert not recent(version)


def test_last_line() -> None:
    """Of what a program printed, the last line that says anything is shown."""
    assert last_line("first\n  what matters \n\n") == "what matters"
    assert last_line("in colour\n\x1b[91m\x1b[0m") == "in colour"
    assert last_line("") == "no reason given"
