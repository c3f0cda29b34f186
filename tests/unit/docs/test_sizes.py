"""docs/emulator.md, Files: what `make up` alone downloads and puts on the disk, and what each part is for."""

import pytest

from tailrace.control.installation import Installation
from tests.unit.docs.shown import sizes

pytestmark = pytest.mark.unit


def test_what_make_up_alone_installs_is_bounded() -> None:
    """At most 300 MB to download, 650 MB on the disk, and a line for each part says what it is for."""
    rows = sizes()
    assert sum(row.downloaded for row in rows) <= 300
    assert sum(row.on_disk for row in rows) <= 650
    assert all(len(row.purpose) > 20 for row in rows)


def test_each_part_has_its_row() -> None:
    """The environment, uv, and each part of an installation that is more than a megabyte; none besides."""
    home = "/nowhere"  # where no other Lambda runtime is installed
    parts = [part for part in Installation(home).parts if part.room > 1]
    assert {row.where for row in sizes()} == {".uv", ".venv", *(f".emulator/{part.where}" for part in parts)}


def test_no_part_says_that_it_fetches_less() -> None:
    """What is said before a part is installed is no less than the page says: it counts no caches."""
    said = {f".emulator/{part.where}": part.download for part in Installation("/nowhere").parts}
    assert [row.where for row in sizes() if row.downloaded > said.get(row.where, row.downloaded)] == []
