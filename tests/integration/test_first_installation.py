"""What a first `make up` downloads: a fresh clone, empty caches, every byte counted; it takes minutes."""

import pytest

from benchmarks.installed import measure
from tests.unit.docs.shown import sizes

pytestmark = [pytest.mark.emulator_only, pytest.mark.long]


def test_no_more_than_the_page_says() -> None:
    """Each part downloads, and puts on the disk, at most a tenth and a megabyte more than the page says."""
    said = {row.where: row for row in sizes()}
    found = measure()
    assert {one.where for one in found} == said.keys()
    assert sum(one.fetched for one in found) > 100e6, "it went by the proxy"
    for one in found:
        assert one.fetched / 1e6 <= said[one.where].downloaded * 1.1 + 1, one
        assert one.on_disk <= said[one.where].on_disk * 1.1 + 1, one
