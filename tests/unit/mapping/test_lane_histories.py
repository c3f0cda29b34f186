"""A lane through invented histories: what holds whatever the records, the function and the settings are."""

from collections.abc import Iterator
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tailrace.mapping.event import LIMIT, fits
from tailrace.mapping.rules.actions import Condition
from tailrace.mapping.rules.answers import JudgedTry
from tailrace.mapping.rules.backoff import FIRST
from tailrace.mapping.rules.states import FAILURES
from tailrace.mapping.settings import FOREVER, MappingSettings
from tests.unit.mapping.history import (
    FAILED,
    MISSING,
    PROCESSED,
    REJECTED,
    THROTTLED,
    Call,
    Function,
    History,
    Item,
    partly,
)

pytestmark = pytest.mark.unit
EPSILON = 1e-6


@st.composite
def shards(draw: st.DrawFn) -> list[Item]:
    """Make up to 30 records: bursts and gaps, some filtered out, some large, some too large."""
    shape = st.tuples(
        st.sampled_from([0.0, 0.0, 0.0, 0.01, 0.4, 3.0, 70.0, 400.0]),
        st.sampled_from([200, 200, 200, LIMIT // 2, LIMIT // 3, LIMIT + 1]),
        st.sampled_from([True, True, True, False]),
    )
    at, made = 0.0, []
    for number, (gap, size, passes) in enumerate(draw(st.lists(shape, max_size=30)), start=1):
        at += gap
        made.append(Item(f"{number:056d}", at, size, passes))
    return made


@st.composite
def lane_settings(draw: st.DrawFn) -> MappingSettings:
    """Combine all that a mapping can ask for."""
    return MappingSettings(
        batch_size=draw(st.sampled_from([1, 2, 3, 7, 100])),
        window=draw(st.sampled_from([0.0, 0.0, 1.0, 60.0, 300.0])),
        retries=draw(st.sampled_from([FOREVER, 0, 1, 2, 5])),
        max_age=draw(st.sampled_from([FOREVER, FOREVER, 60.0, 300.0])),
        bisect=draw(st.booleans()),
        partial_answers=draw(st.booleans()),
    )


@st.composite
def functions(draw: st.DrawFn) -> Function:
    """Make a function that follows a script, then processes all but the records that it always fails."""
    words = ["ok", "error", "rejected", "throttled", "missing", "partly"]
    script = iter(draw(st.lists(st.tuples(st.sampled_from(words), st.integers(0, 100)), max_size=40)))
    poison = draw(st.sets(st.integers(1, 30), max_size=3))
    partial = draw(st.booleans())
    return lambda records: _answer(records, script, {f"{number:056d}" for number in poison}, partial=partial)


def _answer(
    records: tuple[Item, ...], script: Iterator[tuple[str, int]], poison: set[str], *, partial: bool
) -> JudgedTry:
    word, place = next(script, ("ok", 0))
    plain = {"error": FAILED, "rejected": REJECTED, "throttled": THROTTLED, "missing": MISSING}
    if word in plain:
        return plain[word]
    if word == "partly":
        return partly(place % len(records))
    bad = [index for index, item in enumerate(records) if item.sequence_number in poison]
    if not bad:
        return PROCESSED
    return partly(bad[0]) if partial else FAILED


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Run a lane until nothing is left to do."""
    return History(
        settings=draw(lane_settings()),
        shard=draw(shards()),
        function=draw(functions()),
        retention=draw(st.sampled_from([86_400.0, 500.0])),
        duration=draw(st.sampled_from([0.0, 0.02, 5.0])),
    ).run()


def tries(history: History) -> Iterator[list[Call]]:
    """Give the invocations of each batch: those in a row with the same request id."""
    for _, calls in groupby(history.calls, key=lambda call: call.request_id):
        yield list(calls)


def check_ends(history: History) -> None:
    """Check: each record is processed, reported, filtered out or gone from the stream: just one of them."""
    processed, discarded = history.processed, history.discarded
    ended = processed + discarded
    assert len(ended) == len(set(ended))
    for item in history.shard:
        assert item.passes or item not in ended
        if item.passes and item not in ended:
            assert history.now >= item.arrival + history.retention


def check_order(history: History) -> None:
    """Check: records are processed in their order, reported in their order, and sent in their order."""
    for records in (history.processed, history.discarded, *(call.records for call in history.calls)):
        assert list(records) == sorted(records)


def check_nothing_overtakes(history: History) -> None:
    """Check: nothing is sent or given up while an earlier record in the stream is unsettled."""
    settled: set[Item] = set()
    for entry in history.log:
        earlier = [item for item in history.shard if item.passes and item < entry.records[0]]
        unsettled = [item for item in earlier if item not in settled]
        assert all(entry.at >= item.arrival + history.retention for item in unsettled)
        settled.update(entry.processed if isinstance(entry, Call) else entry.records)


def check_batches(history: History) -> None:
    """Check: a batch has a record, at most the batch size, all pass the filter, and its event fits."""
    for call in history.calls:
        assert 1 <= len(call.records) <= history.settings.batch_size
        assert all(item.passes for item in call.records)
        assert fits(sum(item.size for item in call.records))


def check_budget(history: History) -> None:
    """Check: a batch fails once more than it may be retried at most; throttled or missing counts nothing."""
    for calls in tries(history):
        spent = [
            call for call in calls if call.verdict.kind in FAILURES and FAILURES[call.verdict.kind].spends
        ]
        if history.settings.retries != FOREVER:
            assert len(spent) <= history.settings.retries + 1


def check_exhausted(history: History) -> None:
    """Check: records are given up for their tries only when these were made."""
    for report in history.reports:
        if report.discard.condition is Condition.RETRIES:
            assert report.discard.invoke_count == history.settings.retries + 1


def check_request_ids(history: History) -> None:
    """Check: one request id, one list of records: an unchanged retry keeps it, and nothing else has it."""
    ids = [calls[0].request_id for calls in tries(history)]
    assert len(ids) == len(set(ids))
    for calls in tries(history):
        assert len({call.records for call in calls}) == 1
    for before, after in pairwise(history.calls):
        assert (before.records == after.records) == (before.request_id == after.request_id)


def check_age(history: History) -> None:
    """Check: no record is sent that is too old, and none is reported as too old that is not."""
    limit = history.settings.max_age
    if limit == FOREVER:
        assert all(report.discard.condition is Condition.RETRIES for report in history.reports)
        return
    assert all(call.at < item.arrival + limit for call in history.calls for item in call.records)
    for report in history.reports:
        if report.discard.condition is Condition.AGE:
            assert all(report.at >= item.arrival + limit for item in report.discard.records)


def check_backoff(history: History) -> None:
    """Check: after a failure the first delay passes before anything is sent; no later one is shorter."""
    for calls in tries(history):
        waits = [after.at - before.ended for before, after in pairwise(calls)]
        assert all(wait >= FIRST - EPSILON for wait in waits)
        assert all(later >= earlier - EPSILON for earlier, later in pairwise(waits))


def check_checkpoint(history: History) -> None:
    """Check: the checkpoint never goes back, and ends at the last record."""
    assert history.checkpoints == sorted(history.checkpoints)
    if history.shard and history.now < history.shard[-1].arrival + history.retention:
        assert history.reader.checkpoint == len(history.shard)


def check_rest(history: History) -> None:
    """Check: whatever happens, a lane is done in the end."""
    assert history.rested


@given(histories())
@examples(max_examples=300)
def test_what_always_holds(history: History) -> None:
    """Whatever the records, the function and the settings are, every check above passes."""
    for check in (
        check_ends,
        check_order,
        check_nothing_overtakes,
        check_batches,
        check_budget,
        check_exhausted,
        check_request_ids,
        check_age,
        check_backoff,
        check_checkpoint,
        check_rest,
    ):
        check(history)


@given(shards(), lane_settings(), st.sampled_from([0.0, 0.02, 5.0]))
def test_window(shard: list[Item], settings: MappingSettings, duration: float) -> None:
    """A batch that is not full goes out just when its window is over, counted from when it could begin."""
    small = [item._replace(size=200) for item in shard]
    history = History(settings._replace(max_age=FOREVER), small, duration=duration).run()
    free = 0.0
    for call in history.calls:
        if len(call.records) < settings.batch_size:
            began = max(free, call.records[0].arrival)
            assert call.at == pytest.approx(began + settings.window)
        free = call.ended


@given(histories(), st.data())
def test_restart(history: History, data: st.DataObject) -> None:
    """Started again from its checkpoint at any moment, a lane loses nothing and repeats nothing settled."""
    again = History(history.settings, history.shard, history.function, history.retention, history.duration)
    for steps in data.draw(st.lists(st.integers(1, 30), max_size=5)):
        again.run(steps)
        before = again.reader.checkpoint
        made = len(again.calls)
        again.restart()
        again.run(3)
        for call in again.calls[made:]:
            assert history.shard.index(call.records[0]) >= before
    again.run()
    ended = {*again.processed, *again.discarded}
    for item in history.shard:
        if item.passes and item not in ended:
            assert again.now >= item.arrival + again.retention
