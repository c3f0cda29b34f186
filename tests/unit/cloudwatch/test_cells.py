import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.cloudwatch.cells import EXACT, Cell, cell_of, merged, repeated, summed

pytestmark = pytest.mark.unit

VALUES = st.lists(st.integers(-50, 50).map(float), max_size=60)


@given(VALUES, VALUES)
def test_merging_is_adding(left: list[float], right: list[float]) -> None:
    """Two cells together are the cell of all their samples."""
    together, whole = merged([cell_of(left), cell_of(right)]), cell_of([*left, *right])
    assert (together.count, together.total, together.low, together.high) == (
        whole.count,
        whole.total,
        whole.low,
        whole.high,
    )
    assert dict(together.items()) == dict(whole.items())


def test_many_values() -> None:
    """Beyond so many different values each is kept to within half a percent."""
    cell = cell_of([float(value) for value in range(1, 6 * EXACT)])
    assert len(cell.items()) < 3 * EXACT
    assert cell.count == 6 * EXACT - 1
    assert sum(count for _, count in cell.items()) == pytest.approx(cell.count)
    assert sum(value * count for value, count in cell.items()) == pytest.approx(cell.total, rel=0.005)


def test_statistic_set() -> None:
    """Of a statistic set the values between its extremes are unknown, and stay so when more is added."""
    cell = Cell()
    cell.add_set(3, 12, 1, 9)
    assert (cell.count, cell.total, cell.low, cell.high, cell.distributed) == (3, 12, 1, 9, False)
    cell.merge(cell_of([2]))
    assert (cell.count, cell.total, list(cell.items())) == (4, 14, [])


def test_statistic_set_of_one_value() -> None:
    """A statistic set whose extremes are the same tells every value."""
    cell = Cell()
    cell.add_set(3, 12, 4, 4)
    assert dict(cell.items()) == {4: 3}


def test_empty_statistic_set() -> None:
    """A statistic set of no samples adds nothing."""
    cell = Cell()
    cell.add_set(0, 0, 0, 0)
    assert cell.count == 0


def test_a_merged_cell_is_its_own() -> None:
    """What was merged does not change when a part of it does."""
    part = repeated(1, 2)
    whole = merged([part])
    part.add(5)
    assert dict(whole.items()) == {1: 2}


@given(st.lists(VALUES.filter(bool), min_size=1, max_size=4))
def test_sums_are_those_of_the_distribution(parts: list[list[float]]) -> None:
    """Without the distribution, count, sum and extremes are the same."""
    cells = [cell_of(part) for part in parts]
    quick, whole = summed(cells), merged(cells)
    assert (quick.count, quick.total) == (whole.count, whole.total)
    assert (quick.low, quick.high) == (whole.low, whole.high)
