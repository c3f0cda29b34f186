"""What was set aside can be looked at, and is sent again after a fix: each event is applied once."""

import json
import time
from collections.abc import Iterator

import pytest

from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame import samples
from tests.frame.events import event
from tests.frame.run import Run
from tests.frame.variants import variant
from tests.integration.aftermath_bench import BREAKABLE, Bench
from tests.integration.conftest import MakePipeline

pytestmark = pytest.mark.anywhere


@pytest.fixture(scope="module")
def _bench(run: Run, make_pipeline: MakePipeline) -> Bench:
    return Bench(run, make_pipeline("replay", code=variant(BREAKABLE), SHARDS="1", RETRY_ATTEMPTS="0"))


@pytest.fixture
def bench(_bench: Bench) -> Iterator[Bench]:
    """Give a pipeline that is broken, with empty queues."""
    _bench.broken(now=True)
    _bench.empty()
    yield _bench
    _bench.empty()


def nameless(key: str, n: int, **fields: object) -> Put:
    """Make an event without an eventId."""
    body = {**samples.body(event(f"{key}-{n}")), "n": n, **fields}
    unnamed = {name: value for name, value in body.items() if name not in {"eventId", "timestamp"}}
    return Put(json.dumps(unnamed).encode(), key, f"{key}-{n}")


def test_looking_takes_nothing_away(bench: Bench) -> None:
    """The list has every record once, large ones whole, and looking twice shows the same."""
    large = b"x" * 300_000
    bench.pipeline.put([Put(b"not json", "look-1", "l1"), Put(large, "look-2", "l2"), event("look-3")])
    bench.wait_for("QuarantineUrl", 4)  # the large one in three parts
    first, second = bench.command("quarantine"), bench.command("quarantine")
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert "Quarantine: 2 records" in first.stdout
    assert "not-json                       2" in first.stdout
    assert "300,000 bytes  key look-2" in first.stdout
    assert "not-json: Expecting value at character 0" in first.stdout
    assert bench.depth("QuarantineUrl") == 4
    assert len(bench.pipeline.quarantined()) == 2  # and everybody sees them again


def test_after_a_fix_each_event_is_applied_once(bench: Bench) -> None:
    """Replayed are the bytes that were put, in the order of the key, with an eventId and without."""
    key = "fixed"
    puts = [event(f"fixed-{n}", key=key, fail="analytics", n=n) for n in range(3)]
    puts += [nameless(key, n, fail="analytics") for n in range(3, 6)]
    records = bench.pipeline.put([event("fixed-good", key=key), *puts])
    bench.wait_for("QuarantineUrl", 6)
    dry = bench.command("replay", KEY=key)
    assert "To be put again: 6 records" in dry.stdout, dry.stderr
    assert "Nothing was sent. To send it: make replay GO=1 " in dry.stdout
    assert bench.depth("QuarantineUrl") == 6
    bench.broken(now=False)
    done = bench.command("replay", KEY=key, GO="1", WAIT="60")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Put again: 6 records" in done.stdout
    assert "stored                   6" in done.stdout
    items = bench.pipeline.items(key)
    assert [item["rawData"].get("n") for item in items] == [None, 0, 1, 2, 3, 4, 5]
    assert {item["sequenceNumber"] for item in items}.isdisjoint(one.sequence_number for one in records[1:])
    assert bench.depth("QuarantineUrl") == 0
    again = bench.command("replay", KEY=key, GO="1", WAIT="5")
    assert "To be put again: 0 records" in again.stdout
    assert len(bench.pipeline.items(key)) == 7


def test_filters_choose(bench: Bench) -> None:
    """Only what the filters name is replayed; the rest stays where it is."""
    puts = [
        event("choose-1", key="choose-a", fail="analytics"),
        event("choose-2", key="choose-b", fail="analytics"),
    ]
    bench.pipeline.put([*puts, Put(b"not json", "choose-a", "c3")])
    bench.wait_for("QuarantineUrl", 3)
    bench.broken(now=False)
    later = bench.command("replay", SINCE="2999-01-01", GO="1")
    assert "To be put again: 0 records" in later.stdout, later.stderr
    done = bench.command("replay", REASON="analytics-failed", KEY="choose-a", GO="1", WAIT="60")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Put again: 1 record\n" in done.stdout
    assert [item["eventId"] for item in bench.pipeline.items("choose")] == ["choose-1"]
    assert bench.depth("QuarantineUrl") == 2


def test_what_fails_again_stays(bench: Bench) -> None:
    """A record that still cannot be stored is in quarantine again, once, and this is said."""
    (record,) = bench.pipeline.put([Put(b"never json", "again", "again")])
    bench.wait_for("QuarantineUrl", 1)
    done = bench.command("replay", GO="1", WAIT="60")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "in quarantine again      1  not-json" in done.stdout
    (in_quarantine,) = eventually(lambda: bench.pipeline.quarantined()[-1:], within=60)
    assert in_quarantine.data == b"never json"
    assert in_quarantine.message["sequenceNumber"] != record.sequence_number


def test_dead_letters_are_read_back(bench: Bench) -> None:
    """A batch that made the function fail is replayed whole, each event once, and its letter is gone."""
    key = "dead"
    puts = [event("dead-0", key=key, n=0, fail="before"), nameless(key, 1, fail="before")]
    bench.pipeline.put(puts)

    def dead() -> bool:
        """Have both records named by dead letters."""
        listed = bench.command("replay", FROM="dead-letters", KEY=key)
        assert "To be put again: 2 records" in listed.stdout, listed.stdout + listed.stderr
        return True

    eventually(dead, within=60 * bench.pipeline.patience)
    bench.broken(now=False)
    done = bench.command("replay", FROM="dead-letters", KEY=key, GO="1", WAIT="60")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [item["rawData"]["n"] for item in bench.pipeline.items(key)] == [0, 1]
    assert bench.depth("DeadLetterUrl") == 0


def test_what_a_dead_letter_names_and_is_stored_is_passed_over(bench: Bench) -> None:
    """Where the function failed after it had stored everything, a replay puts nothing and ends the letter."""
    key = "late"
    bench.pipeline.put([event("late-0", key=key, fail="after"), nameless(key, 1, fail="after")])

    def dead() -> bool:
        """Have both records named by dead letters, and found in the table."""
        listed = bench.command("replay", FROM="dead-letters")
        assert "settled already: 2 records" in listed.stdout, listed.stdout + listed.stderr
        return True

    eventually(dead, within=60 * bench.pipeline.patience)
    bench.broken(now=False)
    done = bench.command("replay", FROM="dead-letters", GO="1", WAIT="5")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "To be put again: 0 records" in done.stdout
    assert len(bench.pipeline.items(key)) == 2
    assert bench.depth("DeadLetterUrl") == 0


def test_a_replay_that_was_killed_is_taken_up(bench: Bench) -> None:
    """Of events without an id that a killed replay had claimed, those that it had put are not put again."""
    key = "killed"
    put, unput = bench.pipeline.put([nameless(key, n, fail="analytics") for n in range(2)])
    bench.wait_for("QuarantineUrl", 2)
    bench.broken(now=False)
    begun = round((time.time() - 100) * 1000)
    for record in (put, unput):  # as the replay left it: both claimed, one of them put
        bench.pipeline.dynamodb.put_item(
            TableName=bench.pipeline["LedgerTableName"],
            Item={
                "pk": {"S": f"replay#{record.sequence_number}"},
                "sk": {"S": record.shard_id},
                "state": {"S": "begun"},
                "at": {"N": str(begun)},
            },
        )
    bench.pipeline.put([Put(put.content or b"", key, "killed-again")])
    done = bench.command("replay", KEY=key, GO="1", WAIT="60")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Put again: 1 record\n" in done.stdout
    assert "Put by an earlier replay, deleted now: 1 record\n" in done.stderr
    eventually(lambda: len(bench.pipeline.items(key)) == 2, within=60 * bench.pipeline.patience)
    assert sorted(item["rawData"]["n"] for item in bench.pipeline.items(key)) == [0, 1]
    assert bench.depth("QuarantineUrl") == 0
