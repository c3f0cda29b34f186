from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bootstrap.errors import HandlerError
from bootstrap.status import idleness
from bootstrap.watching import Stamps, watch

pytestmark = pytest.mark.unit
MINE = Path("handler/analytics.py")


def looks(*stamps: int) -> Iterator[Stamps]:
    """Give the file with these stamps, one a look; then Ctrl-C."""
    yield from ({MINE: (stamp, 1)} for stamp in stamps)
    raise KeyboardInterrupt


def watched(found: Iterator[Stamps], error: Exception | None = None) -> int:
    """Return how often it was deployed until Ctrl-C."""
    deployed = 0

    def deploy() -> None:
        nonlocal deployed
        deployed += 1
        if error:
            raise error

    with pytest.raises(KeyboardInterrupt):
        watch(lambda: next(found), deploy)
    return deployed


def test_a_saved_file(capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is saved is deployed once, and a line says which and how long it took."""
    assert watched(looks(1, 1, 2, 2, 2)) == 1
    assert " handler/analytics.py changed: deployed in 0.0 s\n" in capsys.readouterr().out


def test_a_file_that_is_being_written(capsys: pytest.CaptureFixture[str]) -> None:
    """A file that still changes is not deployed until it does not."""
    assert watched(looks(1, 2, 3, 4, 4)) == 1
    assert capsys.readouterr().out.count("changed") == 1


def test_a_change_that_fails(capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong with a change is said, and the next one is waited for."""
    assert watched(looks(1, 2, 2, 3, 3), HandlerError("no Python")) == 2
    assert capsys.readouterr().err.count("analytics.py changed. no Python\n") == 2


@pytest.mark.parametrize(
    ("minutes", "emulated", "idle"),
    [(14, False, True), (15, False, False), (14, True, True), (99, True, True)],
)
def test_silence(minutes: int, emulated: bool, idle: bool) -> None:  # noqa: FBT001  cases
    """Silence is to be looked at on AWS only, and only once a stack is three periods old."""
    assert bool(idleness(timedelta(minutes=minutes), timedelta(minutes=15), emulated=emulated)) is idle
