"""What a failed try costs, and when a batch is given up."""

from itertools import pairwise

import pytest

from tailrace.mapping.rules.actions import Condition
from tailrace.mapping.rules.answers import Kind
from tailrace.mapping.settings import MappingSettings
from tests.unit.mapping.history import (
    DAY,
    FAILED,
    MISSING,
    PROCESSED,
    REJECTED,
    THROTTLED,
    History,
    items,
    partly,
    sizes,
)

pytestmark = pytest.mark.unit


def test_n_retries_are_n_plus_one_invocations() -> None:
    """MaximumRetryAttempts n is n+1 invocations, and the message counts n+1 (recorded for 1, 2, 3)."""
    for retries in (0, 1, 2, 3):
        history = History(MappingSettings(retries=retries), items([0.0]), lambda _: FAILED).run()
        assert len(history.calls) == retries + 1
        [report] = history.reports
        assert report.discard.invoke_count == retries + 1
        assert report.discard.condition is Condition.RETRIES
        assert report.discard.answer == FAILED.answer


def test_partial_failure_begins_a_new_budget() -> None:
    """The last of three fails always, 3 retries: 5 deliveries, the message counts 4, of 1 (recorded)."""
    last = items([0.0] * 3)[-1]
    history = History(
        MappingSettings(batch_size=3, retries=3, partial_answers=True),
        items([0.0] * 3),
        lambda records: partly(records.index(last)) if last in records else PROCESSED,
    ).run()
    assert [call.records.count(last) for call in history.calls] == [1, 1, 1, 1, 1]
    assert sizes(history) == [3, 1, 1, 1, 1]
    [report] = history.reports
    assert (report.discard.invoke_count, report.discard.records) == (4, (last,))
    assert report.discard.answer is not None
    assert report.discard.answer.function_error is None


def test_unknown_identifier() -> None:
    """An answer that names no record of the batch fails all of it, with functionError null (recorded)."""
    history = History(MappingSettings(retries=1), items([0.0] * 3), lambda _: REJECTED).run()
    assert sizes(history) == [3, 3]
    [report] = history.reports
    assert len(report.discard.records) == 3
    assert report.discard.answer == REJECTED.answer


def test_two_retries_end_within_a_second_and_a_half() -> None:
    """Three tries and the message take no longer than AWS's 1.45 s."""
    history = History(MappingSettings(retries=2), items([0.0]), lambda _: FAILED).run()
    assert 0.7 < history.reports[0].at <= 1.45


def test_request_id() -> None:
    """An unchanged retry has the same request id; what a partial success leaves has another."""
    answers = iter([FAILED, partly(1), FAILED, PROCESSED])
    history = History(MappingSettings(), items([0.0] * 2), lambda _: next(answers)).run()
    first, second, third, fourth = [call.request_id for call in history.calls]
    assert first == second != third == fourth


def test_the_rest_waits() -> None:
    """What a partial success leaves is not sent before the first delay is over."""
    answers = iter([partly(1), PROCESSED])
    history = History(MappingSettings(), items([0.0] * 2), lambda _: next(answers), duration=0.0).run()
    assert [call.at for call in history.calls] == [0.0, 0.35]


def test_throttles_spend_nothing() -> None:
    """Neither a throttled call nor a missing function uses up a retry: 0 retries survive both."""
    answers = iter([THROTTLED, MISSING, THROTTLED, PROCESSED])
    history = History(MappingSettings(retries=0), items([0.0]), lambda _: next(answers)).run()
    assert [call.verdict.kind for call in history.calls][-1] is Kind.PROCESSED
    assert history.reports == []


def test_blocked() -> None:
    """Without limits a failing batch is retried until it leaves the stream; nothing passes it meanwhile."""
    shard = items([0.0, DAY - 1])
    history = History(
        MappingSettings(), shard, lambda records: FAILED if shard[0] in records else PROCESSED
    ).run()
    assert history.processed == [shard[1]]
    assert history.reports == []
    assert history.calls[-1].at >= DAY


def test_backoff_is_capped() -> None:
    """Delays double from 0.35 s and end at 30 s."""
    history = History(MappingSettings(retries=8), items([0.0]), lambda _: FAILED, duration=0.0).run()
    times = [call.at for call in history.calls]
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert waits == pytest.approx([0.35, 0.7, 1.4, 2.8, 5.6, 11.2, 22.4, 30.0])


def test_result() -> None:
    """A partial answer counts as OK, a failure as a problem; before any try there is no result."""
    history = History(MappingSettings(retries=0), items([0.0] * 2), lambda _: FAILED)
    assert history.reader.take_result() is None
    assert history.run().reader.take_result() == "PROBLEM: Function call failed"
    answers = iter([partly(1), PROCESSED])
    assert (
        History(MappingSettings(), items([0.0] * 2), lambda _: next(answers)).run().reader.take_result()
        == "OK"
    )
