"""Mappings that are changed again and again while records flow."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.mapping_rig import PATIENCE, Rig

pytestmark = pytest.mark.emulator_only
RECORDS = 2000


@pytest.fixture
def rig(run: Run, target: Target) -> Iterator[Rig]:
    """Give a function, and what can be made around it."""
    with Rig(target, run.prefix) as made:
        yield made


def test_changed_while_records_flow(rig: Rig) -> None:
    """Updated, disabled and enabled forty times under load, a mapping delivers all, once, in order."""
    made = rig.make_mapping(rig.make_stream(2), BatchSize=10)
    with ThreadPoolExecutor(1) as pool:
        putting = pool.submit(_put_slowly, rig)
        for round_ in range(40):
            change = ({"BatchSize": 5 + round_}, {"Enabled": False}, {"Enabled": True})[round_ % 3]
            rig.functions.update_event_source_mapping(UUID=made["UUID"], **change)
        putting.result(PATIENCE)
    rig.functions.update_event_source_mapping(UUID=made["UUID"], Enabled=True)
    eventually(lambda: len(rig.names()) >= RECORDS, within=PATIENCE, what=f"{RECORDS} records")
    names = rig.names()
    assert sorted(names) == list(range(RECORDS))
    for key in range(20):
        mine = [name for name in names if name % 20 == key]
        assert mine == sorted(mine)


def _put_slowly(rig: Rig) -> None:
    for first in range(0, RECORDS, 20):
        rig.put(*({"name": number, "key": number % 20} for number in range(first, first + 20)))


def test_changed_while_a_batch_gathers(rig: Rig) -> None:
    """Records that wait for their window when the mapping is changed are delivered by the new settings."""
    made = rig.make_mapping(rig.make_stream(), MaximumBatchingWindowInSeconds=300)
    rig.put({"name": 1}, {"name": 2})
    rig.put({"name": 3})
    rig.functions.update_event_source_mapping(UUID=made["UUID"], MaximumBatchingWindowInSeconds=0)
    rig.await_names([1, 2, 3], within=60)


def test_changed_between_two_tries(rig: Rig) -> None:
    """A batch that rests between two tries when the mapping is disabled is tried again once it is enabled."""
    made = rig.make_mapping(rig.make_stream(), FunctionResponseTypes=["ReportBatchItemFailures"])
    rig.put({"name": 1}, {"name": 2, "do": "fail once"}, {"name": 3})
    rig.await_names([1, 2, 3])
    rig.functions.update_event_source_mapping(UUID=made["UUID"], Enabled=False)
    rig.functions.update_event_source_mapping(UUID=made["UUID"], Enabled=True)
    eventually(lambda: rig.names()[-2:] == [2, 3] and len(rig.names()) > 3, within=PATIENCE, what="the rest")
    assert rig.names() == [1, 2, 3, 2, 3]
