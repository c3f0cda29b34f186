"""The adapter by which `tailrace trace` tells where an event ended."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tailrace.story.errors import StoryError
from tailrace.testing.promises import Promises, Put
from tailrace.testing.promises.ending import load, named_in

pytestmark = pytest.mark.unit

ADAPTER = """
from tailrace.testing.promises import Promises

class TestReadings(Promises):
    stream = "readings"
"""


class Readings(Promises):
    """An adapter whose events have their identity inside another object."""

    def event(self, number: int) -> Put:
        """Make a reading."""
        body = {"meta": {"id": number, "unit": "C"}, "celsius": 7}
        return Put(json.dumps(body).encode(), "s-1", str(number))

    def stored(self) -> Iterator[str]:
        """Store nothing."""
        yield from ()


def test_an_identity_stands_where_events_have_it() -> None:
    """An event is known by the field in which the adapter writes it; bytes that have none are no event."""
    readings = Readings()
    assert readings.identity(b'{"meta": {"id": 17}, "celsius": 3}') == "17"
    assert readings.identity(b'{"meta": 17}') is None
    assert readings.identity(b"not json") is None


def test_an_adapter_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By file or by module, with its class or the only one; what is not there is said."""
    monkeypatch.setattr("sys.path", list(sys.path))
    (tmp_path / "promises_to_load.py").write_text(ADAPTER)
    (tmp_path / "broken_promises.py").write_text("import nothing_of_that_name")
    for name in ("promises_to_load.py:TestReadings", "promises_to_load.py", "promises_to_load:TestReadings"):
        assert load(name, tmp_path).stream == "readings"
    for name, said in (
        ("promises_to_load.py:Other", "has no adapter Other, but TestReadings"),
        ("elsewhere.py", "There is no file elsewhere.py with an adapter."),
        ("broken_promises", "cannot be loaded: ModuleNotFoundError: No module named 'nothing_of_that_name'"),
    ):
        with pytest.raises(StoryError, match=said):
            load(name, tmp_path)


def test_a_project_names_its_adapter(tmp_path: Path) -> None:
    """It stands in pyproject.toml; a file without it names none, and a broken one is said."""
    assert named_in(tmp_path) == ""
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    assert named_in(tmp_path) == ""
    (tmp_path / "pyproject.toml").write_text('[tool.tailrace]\nadapter = "tests/test_promises.py"\n')
    assert named_in(tmp_path) == "tests/test_promises.py"
    (tmp_path / "pyproject.toml").write_text("[tool")
    with pytest.raises(StoryError, match=r"pyproject\.toml cannot be read"):
        named_in(tmp_path)
