import re
from pathlib import Path

import pytest

from tailrace.control import errors
from tailrace.control.errors import (
    DamagedError,
    DiskFullError,
    EmulatorError,
    FetchError,
    InstallError,
)
from tailrace.control.fetching import failure

pytestmark = pytest.mark.unit

HOME = Path("/home/me/.emulator")


@pytest.mark.parametrize(
    ("printed", "kind"),
    [
        ("error: Failed to fetch: `numpy`\n  Caused by: error sending request for url", FetchError),
        ("  Caused by: dns error: failed to lookup address information", FetchError),
        ("npm error code ECONNREFUSED", FetchError),
        ("npm error code ENOTFOUND", FetchError),
        ("error: failed to write: No space left on device (os error 28)", DiskFullError),
        ("npm error code ENOSPC", DiskFullError),
        ("write failed: Disk quota exceeded", DiskFullError),
        ("error: Failed to fetch, then: No space left on device (os error 28)", DiskFullError),
        ("error: No solution found when resolving dependencies", InstallError),
    ],
)
def test_why_a_program_failed(printed: str, kind: type[InstallError]) -> None:
    """What a program printed tells a full disk from a network that is not there, and both from the rest."""
    assert type(failure("the runtime", printed, 2, HOME)) is kind


def test_the_end_is_shown() -> None:
    """A failure shows what was to be installed and the end of what the program printed."""
    printed = "\n".join(f"line {number}" for number in range(100))
    said = str(failure("the runtime", printed, 2, HOME))
    assert "the runtime" in said
    assert "exit code 2" in said
    assert "line 99" in said
    assert "line 50" not in said


def test_a_full_disk_is_named() -> None:
    """A full disk is named by the folder that lies on it."""
    assert str(HOME) in str(failure("the runtime", "ENOSPC", 1, HOME))


def test_the_tree_is_drawn_as_it_is() -> None:
    """The tree of errors that the module opens with is the tree of its classes."""
    drawn = re.findall(r"^[│ ]*(?:[├└]── )?(\w+Error)\b", errors.__doc__ or "", re.MULTILINE)
    classes = {name for name in vars(errors) if name.endswith("Error")}
    assert sorted(drawn) == sorted(classes)
    assert all(issubclass(getattr(errors, name), EmulatorError) for name in classes)
    assert issubclass(DamagedError, InstallError)
