"""Promise 5: events of one partition key are applied in the order in which they were put."""

import random
from collections import Counter, defaultdict

import pytest

from tailrace.testing.sending import Put
from tests.frame.events import event
from tests.frame.pipeline import Pipeline
from tests.integration.conftest import MakePipeline

pytestmark = pytest.mark.anywhere

KEYS = 1000
EACH = 4


@pytest.fixture(scope="module")
def wide(make_pipeline: MakePipeline) -> Pipeline:
    """Give a pipeline of four shards, so that keys spread."""
    return make_pipeline("order", SHARDS="4")


def test_events_of_1000_keys_are_applied_in_order(wide: Pipeline) -> None:
    """For each key the times of application rise strictly with the sequence numbers; nothing is lost."""
    keys = [f"key-{n}" for n in range(KEYS) for _ in range(EACH)]
    random.Random(5).shuffle(keys)  # noqa: S311  an order to try, no secret
    numbered: Counter[str] = Counter()
    puts = []
    for key in keys:
        numbered[key] += 1
        puts.append(event(f"{key}-{numbered[key]}", key=key))
    records = wide.put(puts)
    verdict = wide.settle(within=120)
    verdict.check()
    assert verdict.stored == KEYS * EACH
    assert len({record.shard_id for record in records}) == 4
    assert _applied(wide, "key-") == {
        f"key-{key}": [f"key-{key}-{n}" for n in range(1, EACH + 1)] for key in range(KEYS)
    }


def test_order_holds_around_bad_records_and_duplicates(wide: Pipeline) -> None:
    """Records that are set apart, and events put again, change nothing about the order of the others."""
    puts = []
    for n in range(200):
        one = event(f"mixed-{n}", key=f"mixed-{n % 10}")
        puts += [one, Put(b"bad", one.key), one] if n % 3 == 0 else [one]
    wide.put(puts)
    wide.settle().check()
    assert _applied(wide, "mixed-") == {
        f"mixed-{key}": [f"mixed-{n}" for n in range(key, 200, 10)] for key in range(10)
    }


def _applied(pipeline: Pipeline, keys: str) -> dict[str, list[str]]:
    """Read for each key the ids of its events, in the order in which they were applied."""
    by_key = defaultdict[str, list[str]](list)
    for item in pipeline.items(keys):
        by_key[item["partitionKey"]].append(item["eventId"])
    return dict(by_key)
