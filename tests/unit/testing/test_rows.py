"""The verdict as a table, as JSON and as a page."""

import json
from pathlib import Path

import pytest

from tailrace.testing.promises.rows import BROKEN, KEPT, Row, beside, summary, table, write

pytestmark = pytest.mark.unit

ONCE, LOST = "Each event once", "Nothing is lost"
ROWS = [
    Row("TestOurs", LOST, "ordinary traffic", KEPT, 300, None, 2.0),
    Row("TestOurs", ONCE, "delivered again", KEPT, 300, None, 1.0),
    Row("TestTheirs", LOST, "ordinary traffic", KEPT, 300, None, 2.0),
    Row("TestTheirs", ONCE, "killed", BROKEN, 40, 2, 3.25, "<r-1> is stored 2 times", 4, ("<r-1>\n  put",)),
]


def test_the_table() -> None:
    """Suite by suite and promise by promise, a line for each trial with its faults and why."""
    assert list(table(ROWS))[4:] == [
        "    delivered again   kept            300 events                1.0 s",
        "TestTheirs",
        "  Nothing is lost",
        "    ordinary traffic  kept            300 events                2.0 s",
        "  Each event once",
        "    killed            BROKEN           40 events    2 faults    3.2 s  <r-1> is stored 2 times",
    ]
    assert summary(ROWS).splitlines() == [
        "TestOurs: 2 promises kept, 0 broken, in 2 trials, 3 s",
        "TestTheirs: 1 promise kept, 1 broken, in 2 trials, 5 s: Each event once",
    ]


def test_suites_beside_each_other() -> None:
    """Where there are several, a column for each with the worst of a promise's trials."""
    assert list(beside(ROWS)) == [
        "                 TestOurs          TestTheirs",
        "Nothing is lost  kept 1 of 1       kept 1 of 1",
        "Each event once  kept 1 of 1       BROKEN 1 of 1",
    ]
    assert list(beside(ROWS[:2])) == []


def test_written(tmp_path: Path) -> None:
    """JSON and page hold each row with its stories, and no markup of an event's."""
    written, page = write(ROWS, tmp_path / "made")
    said = json.loads(written.read_text())
    assert said["summary"] == summary(ROWS)
    assert [Row.of(json.dumps(row)) for row in said["rows"]] == ROWS
    text = page.read_text()
    assert "&lt;r-1&gt;\n  put" in text
    assert "<r-1>" not in text
    assert text.count('<tr class="kept">') == 3
