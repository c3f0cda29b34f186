"""When a batch is complete: size, window, 6 MB, filters."""

import pytest

from tailrace.mapping.rules.actions import Condition
from tailrace.mapping.settings import MappingSettings
from tests.unit.mapping.history import History, Item, items, sizes

pytestmark = pytest.mark.unit
MB = 1024 * 1024


def test_batch_size_splits_what_waits() -> None:
    """Twenty waiting records and a batch size of ten are two invocations of ten, in order (recorded)."""
    history = History(MappingSettings(batch_size=10), items([0.0] * 20)).run()
    assert sizes(history) == [10, 10]
    assert history.processed == list(history.shard)


def test_no_window() -> None:
    """Without a window a record goes out at once, alone."""
    history = History(MappingSettings(), items([1.0, 2.0])).run()
    assert [(call.at, len(call.records)) for call in history.calls] == [(1.0, 1), (2.0, 1)]


def test_window() -> None:
    """A window begins with the batch's first record; whatever came meanwhile goes out at its end."""
    history = History(MappingSettings(window=5), items([1.0, 2.0, 5.9, 6.5])).run()
    assert [(call.at, len(call.records)) for call in history.calls] == [(6.0, 3), (11.5, 1)]


def test_full_batch_does_not_wait() -> None:
    """A batch that reaches its size goes out before the window is over."""
    history = History(MappingSettings(batch_size=2, window=300), items([1.0, 2.0])).run()
    assert [call.at for call in history.calls] == [2.0]


def test_batch_filled_in_parts() -> None:
    """A batch that fills up while it waits takes no more than its size; what is over begins the next."""
    history = History(MappingSettings(batch_size=3, window=5), items([0.0, 0.0, 1.0, 1.0])).run()
    assert [(call.at, len(call.records)) for call in history.calls] == [(1.0, 3), (6.01, 1)]


def test_next_window() -> None:
    """Records that arrive while the function runs wait a window from the end of the invocation."""
    history = History(MappingSettings(window=5), items([1.0, 7.0]), duration=4).run()
    assert [call.at for call in history.calls] == [6.0, 15.0]


def test_six_megabytes() -> None:
    """A batch is cut where the event would be larger than 6 MB, window or not."""
    shard = [Item(f"{number:056d}", 1.0, size=int(2.5 * MB)) for number in range(5)]
    history = History(MappingSettings(window=10), shard).run()
    assert [(call.at, len(call.records)) for call in history.calls] == [(1.0, 2), (1.01, 2), (11.02, 1)]


def test_just_six_megabytes() -> None:
    """An event of exactly 6 MB is one batch; a byte more is not."""
    envelope = len('{"Records":[]}') - len(",")
    fitting = [Item("1".zfill(56), 0.0, 3 * MB), Item("2".zfill(56), 0.0, 3 * MB - envelope)]
    too_large = [fitting[0], fitting[1]._replace(size=3 * MB - envelope + 1)]
    assert sizes(History(MappingSettings(), fitting).run()) == [2]
    assert sizes(History(MappingSettings(), too_large).run()) == [1, 1]


def test_filtered_records() -> None:
    """What the filter takes out is never sent, costs no invocation, and the checkpoint passes it."""
    shard = [item._replace(passes=False) for item in items([0.0] * 250)]
    history = History(MappingSettings(), shard).run()
    assert history.calls == []
    assert history.reader.checkpoint == len(shard)


def test_filtered_records_between() -> None:
    """Filtered records count neither as delivered nor towards the batch size."""
    shard = [item._replace(passes=number % 2 == 0) for number, item in enumerate(items([0.0] * 8))]
    history = History(MappingSettings(batch_size=4, window=60), shard).run()
    assert sizes(history) == [4]


def test_one_record_too_large() -> None:
    """An event over 6 MB never runs, spends the budget, has no answer; the next record goes on (recorded)."""
    for retries in (0, 2):
        shard = [Item("1".zfill(56), 0.0, size=7 * MB), Item("2".zfill(56), 0.0)]
        history = History(MappingSettings(retries=retries), shard).run()
        assert history.processed == [shard[1]]
        [report] = history.reports
        assert report.discard.condition is Condition.RETRIES
        assert report.discard.invoke_count == retries + 1
        assert report.discard.answer is None
        assert report.at <= 1.45
