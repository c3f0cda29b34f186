import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.cloudwatch.cells import Cell, cell_of
from tailrace.cloudwatch.statistics import UnknownStatisticError, statistic

pytestmark = pytest.mark.unit

TEN = cell_of([float(value) for value in range(1, 11)])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SampleCount", 10),
        ("Sum", 55),
        ("Average", 5.5),
        ("Minimum", 1),
        ("Maximum", 10),
        ("p0", 1),
        ("p50", 5.5),
        ("p90", 9.1),
        ("p99.9", 9.991),
        ("p100", 10),
        ("tm90", 5),
        ("TM(10%:90%)", 5.5),
        ("TM(2:8)", 5.5),
        ("TM(:3)", 2),
        ("wm90", 5.4),
        ("WM(10%:90%)", 5.5),
        ("tc90", 9),
        ("TC(2:8)", 6),
        ("ts90", 45),
        ("TS(80%:)", 19),
        ("PR(:3)", 30),
        ("PR(2:8)", 60),
        ("IQM", 5.5),
    ],
)
def test_ten_values(name: str, value: float) -> None:
    """Each statistic of the values 1 to 10."""
    found = statistic(name)(TEN)
    assert found is not None
    assert found == pytest.approx(value)


@pytest.mark.parametrize(
    "name", ["p101", "P", "Median", "tm", "TM(90)", "TM(1:50%)", "TM(9:1)", "PR(10%:20%)", "p50%", "", "sum"]
)
def test_no_such_statistic(name: str) -> None:
    """What is no statistic is refused in AWS's words."""
    with pytest.raises(UnknownStatisticError, match=r"for parameter Stat is not supported\."):
        statistic(name)


def test_percentile_of_a_statistic_set() -> None:
    """Of a statistic set there are plain statistics and no percentiles."""
    cell = Cell()
    cell.add_set(4, 20, 1, 9)
    assert statistic("Average")(cell) == 5
    assert statistic("p50")(cell) is None
    assert statistic("tm90")(cell) is None


@given(st.lists(st.integers(0, 20).map(float), min_size=1, max_size=50), st.floats(0, 100), st.floats(0, 100))
def test_percentiles_are_in_order(values: list[float], one: float, other: float) -> None:
    """A higher percentile is no lower value, and all lie between the extremes."""
    cell = cell_of(values)
    low, high = (statistic(f"p{percent:.4f}")(cell) for percent in sorted((one, other)))
    assert low is not None
    assert high is not None
    assert min(values) <= low <= high + 1e-9
    assert high <= max(values)
