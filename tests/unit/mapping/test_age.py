"""Records that grow too old, or leave the stream."""

from collections.abc import Sequence

import pytest

from tailrace.mapping.rules.actions import Condition
from tailrace.mapping.rules.answers import JudgedTry
from tailrace.mapping.settings import MappingSettings
from tests.unit.mapping.history import FAILED, PROCESSED, THROTTLED, History, Item, items, sizes

pytestmark = pytest.mark.unit


def test_one_old_of_six() -> None:
    """Of one old record and five fresh ones the old alone is reported, the five are sent (recorded)."""
    shard = items([0.0, *[100.0] * 5])
    history = History(MappingSettings(batch_size=10, max_age=60), shard, now=100.0).run()
    [report] = history.reports
    assert report.discard.records == (shard[0],)
    assert report.discard.condition is Condition.AGE
    assert report.discard.answer is None
    assert report.discard.invoke_count == 1
    assert [call.records for call in history.calls] == [tuple(shard[1:])]


def test_expires_while_retrying() -> None:
    """Always failing with age 60: 8 invocations, the message counts 8 and has no answer (recorded)."""
    history = History(
        MappingSettings(batch_size=1, max_age=60), items([0.0]), lambda _: FAILED, duration=0.2
    ).run()
    assert len(history.calls) == 8
    [report] = history.reports
    assert report.at == 60.0
    assert report.discard.condition is Condition.AGE
    assert report.discard.invoke_count == 8
    assert report.discard.answer is None


def test_throttled_until_too_old() -> None:
    """A throttled batch goes to the destination once it is too old, counted as one invocation."""
    history = History(MappingSettings(retries=0, max_age=60), items([0.0]), lambda _: THROTTLED).run()
    [report] = history.reports
    assert (report.at, report.discard.condition, report.discard.invoke_count) == (60.0, Condition.AGE, 1)


def test_the_rest_keeps_its_turn() -> None:
    """What is left of a batch after records grew too old has been tried as often as before."""
    shard = items([0.0, 59.0])
    history = History(MappingSettings(retries=2, max_age=60), shard, lambda _: FAILED, now=59.5).run()
    assert [report.discard.condition for report in history.reports] == [Condition.AGE, Condition.RETRIES]
    assert [report.discard.records for report in history.reports] == [(shard[0],), (shard[1],)]
    assert history.reports[1].discard.invoke_count == 3
    assert sizes(history) == [2, 2, 1]
    first, second, third = [call.request_id for call in history.calls]
    assert first == second != third


def test_age_in_the_window() -> None:
    """A record that grows too old while its batch gathers is not sent."""
    history = History(MappingSettings(window=300, max_age=60), items([0.0])).run()
    assert history.calls == []
    assert len(history.reports) == 1


def test_gone_from_the_stream() -> None:
    """A record that leaves the stream while it blocks is skipped without a word."""
    shard = items([0.0, 0.0])
    history = History(MappingSettings(), shard, lambda _: FAILED, retention=100).run()
    assert history.reports == []
    assert history.reader.checkpoint == len(shard)


def test_what_is_still_in_the_stream_is_not_skipped() -> None:
    """Of a batch that blocks, only what has left the stream is passed over; the rest is sent again."""
    shard = items([0.0, 0.0, 50.0])

    def function(records: Sequence[Item]) -> JudgedTry:
        return FAILED if records[0] is shard[0] else PROCESSED

    history = History(MappingSettings(), shard, function, now=50.0, retention=100).run()
    assert history.calls[-1].records == (shard[2],)
    assert history.calls[-1].verdict is PROCESSED
    assert history.reports == []
