"""The tables in memory answer as DynamoDB Local does, or leave the request to it."""

import secrets
from collections.abc import Iterator

import pytest

from tests.frame.run import Run
from tests.integration import installing
from tests.integration.beside_local import Both, Local, in_order, started
from tests.integration.table_histories import INDEXED, PLAIN, TABLES, History

pytestmark = [pytest.mark.emulator_only, pytest.mark.processes]

SEEDS = range(6)
REQUESTS = 150  # of each invented history


@pytest.fixture(scope="module")
def local(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """Give a DynamoDB Local of this module's own."""
    with started(installing.installed(run), tmp_path_factory.mktemp("local")) as found:
        yield found


@pytest.fixture
def both(local: Local) -> Both:
    """Give no tables, here and there."""
    return Both(local, f"t{secrets.token_hex(4)}")


@pytest.mark.parametrize("seed", SEEDS)
def test_invented_histories(both: Both, seed: int) -> None:
    """Whatever is written and read, in whatever order, both answer the same, and have the same in the end."""
    history = History(seed)
    for table in TABLES:
        both.ask("CreateTable", table)
    for _ in range(REQUESTS):
        both.ask(*history.request())
    for _ in range(8):
        pages = both.pages(*history.paged())
        assert pages is not None
        ours, theirs = pages
        assert in_order(ours) == in_order(theirs)
    for name in (PLAIN, INDEXED):
        both.ask("DescribeTable", {"TableName": name})
    assert len(both.unsure) < REQUESTS / 5, both.unsure
