"""One event's story: put when, delivered in which batches, how each ended, where it is now."""

import json

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
def bench(run: Run, make_pipeline: MakePipeline) -> Bench:
    """Give a broken pipeline: a record may ask to be retried twice, and then is a dead letter."""
    made = Bench(run, make_pipeline("trace", code=variant(BREAKABLE), SHARDS="2", RETRY_ATTEMPTS="1"))
    made.broken(now=True)
    return made


def story(bench: Bench, name: str, *wanted: str, **settings: str) -> str:
    """Return what `trace` says, as soon as all that is wanted stands in it."""

    def traced() -> str:
        """Have the whole story told: the log may be behind."""
        said = bench.command("trace", EVENT=name, **settings)
        assert said.returncode == 0, said.stdout + said.stderr
        missing = [each for each in wanted if each not in said.stdout]
        assert not missing, f"{missing} is not in:\n{said.stdout}"
        return said.stdout

    return eventually(traced, within=60 * bench.pipeline.patience, every=0.5)


def test_a_stored_event(bench: Bench) -> None:
    """By its id and by its sequence number the same story: when, which batch, its end, the item."""
    (record,) = bench.pipeline.put([event("trace-1", key="trace-key")])
    said = story(
        bench,
        "trace-1",
        f"Record   {record.shard_id} {record.sequence_number}",
        "key trace-key",
        "1 record, request ",
        "done: 1 stored, 0 duplicates, 0 quarantined",
        "X-Ray Root=1-",
        "REPORT RequestId",
        f"Now      in the table {bench.pipeline['TableName']}",
        "eventId         trace-1",
    )
    assert said.count("Batch  ") == 1
    by_number = story(bench, record.sequence_number, "REPORT RequestId")
    assert by_number.splitlines()[1:] == said.splitlines()[1:]


def test_an_event_without_an_id(bench: Bench) -> None:
    """Its sequence number is its key, and finds it."""
    body = samples.body(event("trace-nameless"))
    data = json.dumps({name: body[name] for name in body if name not in {"eventId", "timestamp"}}).encode()
    (record,) = bench.pipeline.put([Put(data, "trace-nameless", "n")])
    eventually(lambda: bench.pipeline.items("trace-nameless"), within=60 * bench.pipeline.patience)
    story(bench, record.sequence_number, "done: 1 stored", f"eventId         {record.sequence_number}")


def test_a_duplicate(bench: Bench) -> None:
    """A record that brought nothing new says which one had brought its event."""
    first, second = bench.pipeline.put([event("trace-2"), event("trace-2")])
    said = story(bench, second.sequence_number, "Now      nowhere else")
    assert f"its event was brought by {first.sequence_number}" in said


def test_a_quarantined_event(bench: Bench) -> None:
    """It says why, finds it by id too, and leaves the message where it is."""
    bench.empty()
    (record,) = bench.pipeline.put([event("trace-3", fail="analytics")])
    bench.wait_for("QuarantineUrl", 1)
    wanted = ("1 quarantined", "Now      in quarantine: analytics-failed: analyse raised ValueError")
    story(bench, record.sequence_number, *wanted)
    story(bench, "trace-3", record.sequence_number, *wanted)
    assert len(bench.pipeline.quarantined()) == 1
    story(bench, record.sequence_number, "its message is not in the queue any more")


@pytest.mark.parametrize(("when", "batches"), [("before", 2), ("begin", 1)])
def test_a_dead_letter(bench: Bench, when: str, batches: int) -> None:
    """Each delivery stands there with its error, and where the event ended.

    Where the function failed before it could say what it got, the last delivery is told by the letter.
    """
    bench.empty()
    (record,) = bench.pipeline.put([event(f"trace-{when}", fail=when)])
    bench.wait_for("DeadLetterUrl", 1)
    said = story(
        bench,
        f"trace-{when}",
        f"Record   {record.shard_id} {record.sequence_number}",
        "failed: [ERROR] RuntimeError: as the record asks",
        "RetryAttemptsExhausted, delivered 2 times",
    )
    assert said.count("Batch  ") == said.count("failed:") == batches
    assert bench.depth("DeadLetterUrl") == 1


def test_an_event_that_nobody_knows(bench: Bench) -> None:
    """An unknown id, and an unknown sequence number, are said to be unknown; and how the mapping is."""
    for name in ("trace-nobody", "4" * 56):
        said = bench.command("trace", EVENT=name)
        assert said.returncode == 1
        assert "No trace of it" in said.stderr
        assert "Mapping  Enabled" in said.stdout


def test_an_event_that_is_waiting(bench: Bench) -> None:
    """What is in the stream and nowhere else is found there, and said to wait."""
    mapping = bench.pipeline["MappingId"]

    def state(wanted: str) -> bool:
        """Have the mapping in a state."""
        found = bench.pipeline.lambdas.get_event_source_mapping(UUID=mapping)["State"]
        assert found == wanted, found
        return True

    bench.pipeline.lambdas.update_event_source_mapping(UUID=mapping, Enabled=False)
    eventually(lambda: state("Disabled"), within=60 * bench.pipeline.patience)
    try:
        (record,) = bench.pipeline.put([event("trace-5")])
        said = story(bench, "trace-5", record.sequence_number, "Now      in the stream, not settled yet")
        assert "Mapping  Disabled" in said
        assert "Batches  none in the function's log" in said
    finally:
        bench.pipeline.lambdas.update_event_source_mapping(UUID=mapping, Enabled=True)
        eventually(lambda: state("Enabled"), within=60 * bench.pipeline.patience)
