from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bootstrap.errors import HandlerError
from bootstrap.status import silence_of
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
    ("state", "minutes", "emulated", "well"),
    [
        ("INSUFFICIENT_DATA", 14, False, True),
        ("INSUFFICIENT_DATA", 15, False, False),
        ("INSUFFICIENT_DATA", 99, True, True),
        ("ALARM", 14, False, False),
        ("ALARM", 99, True, True),
        ("OK", 99, False, True),
    ],
)
def test_silence(state: str, minutes: int, *, emulated: bool, well: bool) -> None:
    """Silence is looked at on AWS only: after an event, or once a stack without any is old enough."""
    age, watched_for = timedelta(minutes=minutes), timedelta(minutes=15)
    assert silence_of(state, age, watched_for, emulated=emulated)[1] is well
