import re
from pathlib import Path

import pytest

from tests.unit.docs.examples import ROOT

pytestmark = pytest.mark.unit

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("heading", "top"), [("folder", ROOT), ("folder of `bench/tailrace/`", ROOT / "bench" / "tailrace")]
)
def test_the_map_is_the_house(heading: str, top: Path) -> None:
    """The map names each folder that holds files of the project, and no other."""
    table = PAGE.partition(f"| {heading} | is |\n|---|---|\n")[2].partition("\n\n")[0]
    named = re.findall(r"`(\w+)/`", "".join(line.split(" | ")[0] for line in table.splitlines()))
    there = {path.name for path in top.iterdir() if path.name.isalpha() and any(path.glob("[!_]*"))}
    assert set(named) == there - ({"bench"} if top == ROOT else set())
