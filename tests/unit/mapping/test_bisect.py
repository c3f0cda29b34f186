"""Batches that are cut in two."""

import pytest

from tailrace.mapping.settings import MappingSettings
from tests.unit.mapping.history import FAILED, MISSING, PROCESSED, THROTTLED, History, items, partly, sizes

pytestmark = pytest.mark.unit


def test_poison_is_isolated() -> None:
    """Bisected down to one record, only the poisoned one is given up; all others are processed, in order."""
    shard = items([0.0] * 8)
    poison = shard[5]
    history = History(
        MappingSettings(bisect=True, retries=1),
        shard,
        lambda records: FAILED if poison in records else PROCESSED,
    ).run()
    assert history.processed == [item for item in shard if item is not poison]
    assert history.discarded == [poison]
    assert sizes(history) == [8, 4, 4, 2, 1, 1, 1, 2]


def test_splitting_costs_no_retry() -> None:
    """With no retries at all a batch is still cut down to its records."""
    history = History(MappingSettings(bisect=True, retries=0), items([0.0] * 4), lambda _: FAILED).run()
    assert sizes(history) == [4, 2, 1, 1, 2, 1, 1]
    assert [report.discard.invoke_count for report in history.reports] == [1, 1, 1, 1]


def test_partial_answer_cuts_where_it_says() -> None:
    """With both settings a valid partial answer is cut at the named record, not in the middle."""
    answers = iter([partly(5), PROCESSED])
    history = History(MappingSettings(bisect=True), items([0.0] * 6), lambda _: next(answers)).run()
    assert sizes(history) == [6, 1]


def test_naming_the_first_record_splits_nothing() -> None:
    """An answer that names the first record leaves nothing to cut off: the whole batch is tried again."""
    answers = iter([partly(0), PROCESSED])
    history = History(MappingSettings(bisect=True), items([0.0] * 4), lambda _: next(answers)).run()
    assert sizes(history) == [4, 4]


def test_what_never_ran_is_not_split() -> None:
    """A batch that never reached the function, throttled or without one, stays whole."""
    answers = iter([THROTTLED, MISSING, PROCESSED])
    history = History(MappingSettings(bisect=True), items([0.0] * 4), lambda _: next(answers)).run()
    assert sizes(history) == [4, 4, 4]
