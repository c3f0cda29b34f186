"""docs/parameters.md: what is kept and what is refused, as the program has it."""

import pytest

from tailrace.cloudformation import properties
from tailrace.startup import parameters
from tests.unit.docs.shown import ROOT

pytestmark = pytest.mark.unit


def test_the_tables_are_the_programs() -> None:
    """Each row of the program is one of the page, word for word, and the page has no others."""
    lines = (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8").splitlines()
    of_operations = {
        f"| {row.service} | `{row.place}` | {row.becomes} | {row.here} |" for row in parameters.TABLE
    }
    of_templates = {
        f"| {kind} | `{name}` | {becomes} | {here} |"
        for kind, known in properties.TABLE.items()
        for becomes, rows in (("kept", known.kept), ("refused", known.refused))
        for name, here in rows.items()
    }
    assert {line for line in lines if "` |" in line} == of_operations | of_templates
