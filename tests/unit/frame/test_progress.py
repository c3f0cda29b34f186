import pytest

from tests.frame.progress import by_folder

pytestmark = pytest.mark.unit


def test_seconds_by_folder() -> None:
    """A folder's seconds are those of its tests and of the folders in it, the longest first."""
    seconds = {"tests/unit": 0.5, "tests/unit/cli": 10.0, "tests/integration": 61.25, "tests": 0.25}
    assert by_folder(seconds) == [
        "61.2 tests/integration",
        "10.5 tests/unit",
        "10.0 tests/unit/cli",
        " 0.2 tests",
    ]
