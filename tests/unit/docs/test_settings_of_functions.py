"""docs/functions.md: what becomes of each setting of a function, and a test that shows it."""

from typing import NamedTuple

import pytest

from tailrace.functions import kept, refusals
from tests.unit.docs.shown import ROOT, complaint

pytestmark = pytest.mark.unit

PAGE = ROOT / "docs" / "functions.md"


class Row(NamedTuple):
    """One setting."""

    setting: str
    becomes: str
    here: str
    shown: str


def rows() -> list[Row]:
    """Read the table of settings."""
    _, _, after = PAGE.read_text(encoding="utf-8").partition(
        "| setting | | here | shown by |\n|---|---|---|---|\n"
    )
    table = after.partition("\n\n")[0].splitlines()
    return [Row(*(cell.strip() for cell in line.strip("|").split(" | "))) for line in table]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.setting.strip("`"))
def test_a_row(row: Row) -> None:
    """The row says one of three things, how it is here, and a test that there is."""
    assert row.becomes in {"done", "kept", "refused"}
    assert row.here
    assert complaint(row.shown) is None


def test_the_table_is_the_programs() -> None:
    """What it says to be kept or refused are those that the program keeps or refuses."""
    said = {
        becomes: {row.setting.strip("`") for row in rows() if row.becomes == becomes}
        for becomes in ("done", "kept", "refused")
    }
    assert said["kept"] == {one.setting for one in kept.TABLE}
    assert said["refused"] == {*refusals.SETTINGS, "ImageUri", "InvokeWithResponseStream"}
    assert {"TracingConfig", "DeadLetterConfig", "EphemeralStorage", "LoggingConfig", "Layers"} <= said[
        "done"
    ]
