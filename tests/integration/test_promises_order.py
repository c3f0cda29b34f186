"""Promise 5: events of one partition key are applied in the order in which they were put."""

import random
from collections import defaultdict
from collections.abc import Iterable

import pytest

from tailrace.testing.sending import Put
from tests.frame import samples
from tests.frame.pipeline import Pipeline
from tests.integration.conftest import MakePipeline

pytestmark = pytest.mark.anywhere

KEYS = 1000
EACH = 2


@pytest.fixture(scope="module")
def wide(make_pipeline: MakePipeline) -> Pipeline:
    """Give a pipeline of four shards, so that keys spread."""
    return make_pipeline("order", SHARDS="4")


def test_events_of_1000_keys_are_applied_in_order(wide: Pipeline) -> None:
    """For each key the times of application rise strictly with the sequence numbers; nothing is lost."""
    keys = [f"key-{n}" for n in range(KEYS) for _ in range(EACH)]
    random.Random(5).shuffle(keys)  # noqa: S311  an order to try, no secret
    puts = samples.fresh(len(keys), keys.__getitem__)
    records = wide.put(puts)
    verdict = wide.settle(within=120)
    verdict.check()
    assert verdict.stored == KEYS * EACH
    assert len({record.shard_id for record in records}) == 4
    assert _applied(wide, "key-") == _sent(puts)


def test_events_are_applied_in_the_order_of_their_own_keys(pipeline: Pipeline) -> None:
    """The partition keys that a handler's own events have are kept in order as well."""
    puts = samples.fresh(300)
    pipeline.put(puts)
    pipeline.settle().check()
    applied, own = (
        _applied(pipeline, ""),
        {put.element for put in puts},
    )  # other tests' events stand there too
    assert {key: [one for one in applied[key] if one in own] for key in _sent(puts)} == _sent(puts)


def test_order_holds_around_bad_records_and_duplicates(wide: Pipeline) -> None:
    """Records that are set apart, and events put again, change nothing about the order of the others."""
    good = samples.fresh(200, lambda n: f"mixed-{n % 10}")
    puts = []
    for n, one in enumerate(good):
        puts += [one, Put(b"bad", one.key), one] if n % 3 == 0 else [one]
    wide.put(puts)
    wide.settle().check()
    assert _applied(wide, "mixed-") == _sent(good)


def _sent(puts: Iterable[Put]) -> dict[str, list[str | None]]:
    """Return for each key the ids of its events, in the order in which they were put."""
    by_key = defaultdict[str, list[str | None]](list)
    for put in puts:
        by_key[put.key].append(put.element)
    return dict(by_key)


def _applied(pipeline: Pipeline, keys: str) -> dict[str, list[str]]:
    """Read for each key the ids of its events, in the order in which they were applied."""
    by_key = defaultdict[str, list[str]](list)
    for item in pipeline.items(keys):
        by_key[item["partitionKey"]].append(item["eventId"])
    return dict(by_key)
