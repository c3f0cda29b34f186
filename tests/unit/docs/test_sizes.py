"""docs/emulator.md, Files: what `make up` alone downloads and puts on the disk, and what each part is for."""

import pytest

from benchmarks import installed
from tailrace.control.installation import Installation
from tests.unit.docs.shown import ROOT, sizes

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


def test_the_page_is_of_what_is_locked_now() -> None:
    """When a lock changes, the table is measured anew: `make bench-install` prints it, and this mark."""
    text = (ROOT / "docs" / "emulator.md").read_text(encoding="utf-8")
    assert f"<!-- measured with {installed.measured_with()} -->" in text
    assert {row.where: row.purpose for row in sizes()} == installed.PURPOSES


def test_what_comes_is_counted_for_the_part_that_is_being_made() -> None:
    """Each part of the table begins with a line of progress; what comes before the first is uv's."""
    count = installed.Count()
    for line, part in (
        ("There is no uv here: installing it into .uv/ (about 25 MB)", ".uv"),
        ("Installing the project's packages into .venv (about 40 MB to fetch, …)", ".venv"),
        ("[1/5] Installing DynamoDB Local: at most 118 MB to fetch", ".emulator/dynamodb-local"),
        ("  … DynamoDB Local: 10 s so far", ".emulator/dynamodb-local"),
        ("[2/5] Installing a trial run of DynamoDB Local", ".emulator/dynamodb-cache"),
    ):
        count.heed(line)
        assert count.part == part


def test_no_part_says_that_it_fetches_less() -> None:
    """What is said before a part is installed is no less than the page says: it counts no caches."""
    said = {f".emulator/{part.where}": part.download for part in Installation("/nowhere").parts}
    assert [row.where for row in sizes() if row.downloaded > said.get(row.where, row.downloaded)] == []
