import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.cloudwatch.cells import Cell, cell_of, packed, unpacked
from tailrace.cloudwatch.series import DAY, Periods, Series
from tailrace.cloudwatch.tiers import Tier, TierCells

pytestmark = pytest.mark.unit

START = 1_789_776_000  # a whole hour
MINUTES = Tier(60, 10 * DAY, 600)
VALUES = st.floats(-1e9, 1e9) | st.sampled_from([0.0, 1.0])


def state(cell: Cell) -> object:
    """Give all that a cell answers."""
    return (
        cell.count, cell.total, cell.low, cell.high, cell.distributed, sorted(cell.items())
    )  # fmt: skip


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    """Invent a cell: samples, or a statistic set, or both."""
    cell = cell_of(draw(st.lists(VALUES, max_size=5)))
    if draw(st.booleans()):
        cell.add_set(3.0, 30.0, 4.0, 20.0)
    return cell


@given(st.dictionaries(st.integers(0, 2**40), cells(), max_size=8))
def test_packed_cells_are_what_they_were(found: dict[int, Cell]) -> None:
    """All that a cell answers comes back, in order; with `plain` all but the distribution."""
    assert [(number, state(cell)) for number, cell in unpacked(packed(found))] == [
        (number, state(cell)) for number, cell in found.items()
    ]
    assert [(number, state(cell)) for number, cell in unpacked(packed(found), plain=True)] == [
        (number, (cell.count, cell.total, cell.low, cell.high, False, [])) for number, cell in found.items()
    ]


@given(
    st.lists(st.tuples(st.integers(0, 3600), VALUES), max_size=30),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_a_tier_answers_as_if_nothing_were_packed(
    samples: list[tuple[int, float]], first: int, last: int
) -> None:
    """Whatever the order in which samples come, and whatever stretch is read."""
    tier, known = TierCells(MINUTES), dict[int, Cell]()
    for second, value in samples:
        tier.add(START + second, cell_of([value]))
        known.setdefault(START + second - second % 60, Cell()).add(value)
    wanted = range(START + 60 * first, START + 60 * last, 60)
    found = [(slot, state(cell)) for slot, cell in tier.within(wanted, plain=False)]
    assert found == [(slot, state(cell)) for slot, cell in sorted(known.items()) if slot in wanted]
    assert len(tier) == len(known)


def test_what_is_read_does_not_change() -> None:
    """Not by samples that come later, neither in the newest block nor in a packed one."""
    tier = TierCells(MINUTES)
    for second in (0, 660):
        tier.add(START + second, cell_of([1.0]))
    found = list(tier.within(range(START, START + 1200, 60), plain=False))
    for second in (0, 660):
        tier.add(START + second, cell_of([1.0]))
    assert [(slot - START, cell.count) for slot, cell in found] == [(0, 1), (660, 1)]


def test_a_block_goes_when_all_of_it_has_expired() -> None:
    """Ten minutes lie together here: their first minute goes with their last."""
    tier = TierCells(MINUTES)
    for second in range(0, 1200, 60):
        tier.add(START + second, cell_of([1.0]))
    tier.trim(START + 600 + 10 * DAY - 1)
    assert len(tier) == 20
    tier.trim(START + 600 + 10 * DAY)
    assert len(tier) == 10


def test_a_day_of_a_metric_takes_a_few_kilobytes() -> None:
    """Of a count every five minutes, over ten days, in bytes; cells as objects take twelve times as much."""
    series = Series()

    def fill(begin: int, end: int) -> int:
        for second in range(begin, end, 300):
            series.add(second, cell_of([float(60 + second * 7919 % 83)]), second)
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        first = fill(START, START + DAY)
        last = fill(START + DAY, START + 11 * DAY)
    finally:
        tracemalloc.stop()
    assert len(series.read(Periods(START, START + 11 * DAY, 60))) == 11 * 288
    assert (last - first) / 10 < 12_000
