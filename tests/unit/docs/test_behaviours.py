"""docs/behaviours.md: each row names a test that there is, or a reason that stands in docs/emulator.md."""

import re
from itertools import pairwise
from typing import NamedTuple

import pytest

from tests.unit.docs.shown import ROOT, complaint

pytestmark = pytest.mark.unit
PAGE = ROOT / "docs" / "behaviours.md"
DIFFERENCES = ROOT / "docs" / "emulator.md"
SOURCES = {"API", "guide", "recorded", "inferred"}
NOT_HERE = re.compile(r'not here: "(.+)"')


class Row(NamedTuple):
    """One behaviour."""

    number: str
    behaviour: str
    source: str
    shown: str


def rows() -> list[Row]:
    """Read all rows of the page."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    found = [Row(*(cell.strip() for cell in line.strip("|").split(" | "))) for line in lines]
    return [row for row in found if row.number != "no."]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.number)
def test_a_row(row: Row) -> None:
    """The row has a sentence, a source, and tests that there are, or words of the page of differences."""
    assert row.behaviour
    assert row.source in SOURCES
    if reason := NOT_HERE.fullmatch(row.shown):
        said = " ".join(DIFFERENCES.read_text(encoding="utf-8").split())
        assert reason[1] in said
        return
    assert complaint(row.shown) is None


def test_rows_are_numbered_through() -> None:
    """No number is missing or there twice, so that none was dropped unnoticed."""
    numbers = [tuple(int(part) for part in row.number.split(".")) for row in rows()]
    assert numbers == sorted(set(numbers))
    for before, after in pairwise(numbers):
        following = after[-1] == before[-1] + 1 if after[:-1] == before[:-1] else after[-1] == 1
        assert following, f"after {before} comes {after}"


def test_what_must_be_there() -> None:
    """Each part has the rows that it had when it was written, or more."""
    counts: dict[str, int] = {}
    for row in rows():
        part = row.number.partition(".")[0]
        counts[part] = counts.get(part, 0) + 1
    least = {"1": 102, "2": 69, "3": 18, "4": 7, "5": 35, "6": 10, "7": 5, "8": 29, "9": 33}
    assert {part: min(count, least[part]) for part, count in counts.items()} == least
