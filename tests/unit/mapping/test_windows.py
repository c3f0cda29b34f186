"""Tumbling windows: membership, state, the last invocation (6)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.mapping.rules.answers import InvocationResult, JudgedTry, Kind
from tailrace.mapping.rules.windows import GRACE, MOST_STATE, Window
from tailrace.mapping.settings import FOREVER, MappingSettings
from tests.unit.mapping.history import FAILED, Call, History, Item, items

pytestmark = pytest.mark.unit
PROCESSED_STATE = JudgedTry(Kind.PROCESSED, state="{}")
SETTINGS = MappingSettings(tumbling=60, batch_size=2)


def counting(records: tuple[Item, ...]) -> JudgedTry:
    """Return a state that tells how many records the invocation had."""
    return JudgedTry(
        Kind.PROCESSED, answer=InvocationResult("$LATEST", None), state=f'{{"n":{len(records)}}}'
    )


def windows_of(history: History) -> list[tuple[int, float, str, bool, bool]]:
    """Give, of each invocation, how many records, the window's start, state, whether final, whether early."""
    return [
        (len(call.records), call.window.window.start, call.window.state, call.window.final, call.window.early)
        for call in history.calls
        if call.window
    ]


def test_state_goes_from_one_invocation_to_the_next_of_a_window() -> None:
    """State is handed on within a window, given to its last invocation, and dropped after it (documented)."""
    history = History(SETTINGS, items([0.0, 1.0, 2.0, 61.0]), counting).run()
    assert windows_of(history) == [
        (1, 0.0, "{}", False, False),
        (1, 0.0, '{"n":1}', False, False),
        (1, 0.0, '{"n":1}', False, False),
        (0, 0.0, '{"n":1}', True, False),
        (1, 60.0, "{}", False, False),
        (0, 60.0, '{"n":1}', True, False),
    ]


def test_an_idle_window_is_closed() -> None:
    """A window that gets no more records is closed soon after its end (AWS: up to two minutes)."""
    history = History(SETTINGS, items([10.0]), counting).run()
    assert history.calls[-1].at == 60.0 + GRACE
    assert history.calls[-1].records == ()


def test_the_shards_end_closes_the_window() -> None:
    """The end of a shard closes its window at once: it is not carried over to the children (documented)."""
    history = History(SETTINGS, items([10.0]), counting, closed=True).run()
    assert history.ended
    assert history.calls[-1].at < 11.0
    assert windows_of(history)[-1] == (0, 0.0, '{"n":1}', True, False)


def test_a_state_too_large_ends_the_window_early() -> None:
    """State above 1 MB: an invocation without records, final and early, with all of it; then {} again."""
    large = '{"s":"' + "x" * MOST_STATE + '"}'
    states = iter([large, None, '{"n":1}', None])

    def function(_: tuple[Item, ...]) -> JudgedTry:
        return JudgedTry(Kind.PROCESSED, state=next(states))

    history = History(SETTINGS, items([1.0, 2.0]), function).run()
    assert windows_of(history) == [
        (1, 0.0, "{}", False, False),
        (0, 0.0, large, True, True),
        (1, 0.0, "{}", False, False),
        (0, 0.0, '{"n":1}', True, False),
    ]


def test_a_last_invocation_that_fails_is_tried_again() -> None:
    """The last invocation blocks the shard until it succeeds or its retries are used up (documented)."""

    def function(records: tuple[Item, ...]) -> JudgedTry:
        return counting(records) if records else FAILED

    history = History(SETTINGS._replace(retries=1), items([1.0, 100.0]), function).run()
    assert [len(call.records) for call in history.calls] == [1, 0, 0, 1, 0, 0]
    assert [report.records for report in history.reports] == [(), ()]
    assert history.reports[0].discard.window is not None


def test_a_window_is_not_closed_while_its_records_are_unread() -> None:
    """A window whose end passed while a batch failed first takes what came meanwhile."""
    answers = iter([*[FAILED] * 9, *[PROCESSED_STATE] * 9])
    history = History(SETTINGS, items([1.0, 30.0]), lambda _: next(answers)).run()
    assert [call.window.final for call in history.calls[-3:] if call.window] == [False, False, True]


def test_a_last_invocation_that_fails_at_the_shards_end() -> None:
    """The shard is not done, and no child begins, before the last invocation of its last window succeeded."""
    answers = iter([counting(()), FAILED, FAILED, counting(())])
    history = History(SETTINGS, items([10.0]), lambda _: next(answers), closed=True).run()
    assert [len(call.records) for call in history.calls] == [1, 0, 0, 0]
    assert history.ended


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Run a shard with windows: gaps, batches, failures."""
    gaps = draw(st.lists(st.sampled_from([0.0, 0.5, 20.0, 70.0, 400.0]), max_size=25))
    script = iter(draw(st.lists(st.sampled_from(["ok", "error", "rejected"]), max_size=30)))

    def function(records: tuple[Item, ...]) -> JudgedTry:
        return counting(records) if next(script, "ok") == "ok" else FAILED

    arrivals = [sum(gaps[: place + 1]) for place in range(len(gaps))]
    return History(
        MappingSettings(
            tumbling=draw(st.sampled_from([1.0, 30.0, 900.0])),
            batch_size=draw(st.sampled_from([1, 3, 100])),
            retries=draw(st.sampled_from([FOREVER, 1])),
            bisect=draw(st.booleans()),
            window=draw(st.sampled_from([0.0, 5.0])),
        ),
        items(arrivals),
        function,
        closed=draw(st.booleans()),
    ).run()


def settled_calls(history: History) -> list[Call]:
    """Give the invocations that the function finished."""
    return [call for call in history.calls if call.verdict.kind is Kind.PROCESSED]


@given(histories())
def test_windows_are_contiguous(history: History) -> None:
    """Records of a batch are of one window, windows come in order, and each is closed before the next."""
    tumbling = history.settings.tumbling
    for call in history.calls:
        assert call.window
        assert {Window(r.arrival // tumbling * tumbling, r.arrival // tumbling * tumbling + tumbling)
                for r in call.records} <= {call.window.window}  # fmt: skip
    for before, after in pairwise(settled_calls(history)):
        assert before.window
        assert after.window
        assert before.window.window.start <= after.window.window.start
    closed = [call.window.window for call in settled_calls(history) if call.window and call.window.final]
    assert len(closed) == len(set(closed))


@given(histories())
def test_every_record_ends_in_its_window(history: History) -> None:
    """Windows lose no record and double none; at the end every window that was opened is closed."""
    assert sorted(history.processed + history.discarded) == list(history.shard)
    assert history.rested
    assert history.reader.checkpoint == len(history.shard)
