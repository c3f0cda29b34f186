import pytest

from tailrace.cloudwatch.cells import Cell, CellKey, key
from tailrace.functions.measures import InvocationSample, Metered, spread

pytestmark = pytest.mark.unit

ME = Metered("000000000000", "us-east-1", "f", "f:live", "3")
OWNER = ("000000000000", "us-east-1")


def lambda_key(name: str, unit: str, **dimensions: str) -> CellKey:
    """Name a metric of AWS/Lambda in second 7."""
    return key(OWNER, ("AWS/Lambda", name, unit), dimensions, 7)


def sums(cell: Cell) -> tuple[float, float, float, float]:
    """Return count, sum and extremes."""
    return cell.count, cell.total, cell.low, cell.high


def test_an_invocation_is_counted_under_each_set_of_dimensions() -> None:
    """By none, by function, by resource, and an alias by its version; a good one is an error of 0."""
    found = dict(spread([(ME, 7, InvocationSample(12.5, 0, 2, 3))]))
    sets: list[dict[str, str]] = [
        {},
        {"FunctionName": "f"},
        {"FunctionName": "f", "Resource": "f:live"},
        {"FunctionName": "f", "Resource": "f:live", "ExecutedVersion": "3"},
    ]
    for dimensions in sets:
        assert sums(found[lambda_key("Invocations", "Count", **dimensions)]) == (1, 1, 1, 1)
        assert sums(found[lambda_key("Errors", "Count", **dimensions)]) == (1, 0, 0, 0)
        assert sums(found[lambda_key("Throttles", "Count", **dimensions)]) == (1, 0, 0, 0)
        duration = found[lambda_key("Duration", "Milliseconds", **dimensions)]
        assert sums(duration) == (1, 12.5, 12.5, 12.5)
    assert sums(found[lambda_key("ConcurrentExecutions", "Count")]) == (1, 3, 3, 3)
    assert sums(found[lambda_key("ConcurrentExecutions", "Count", FunctionName="f")]) == (1, 2, 2, 2)
    assert len(found) == 18


@pytest.mark.parametrize(("resource", "version"), [("f", "$LATEST"), ("f:$LATEST", "$LATEST"), ("f:3", "3")])
def test_a_version_of_its_own_name_is_counted_once(resource: str, version: str) -> None:
    """Only an alias stands for a version."""
    found = dict(
        spread([(ME._replace(resource=resource, version=version), 7, InvocationSample(12.5, 0, 2, 3))])
    )
    assert not [which for which in found if ("ExecutedVersion", version) in which.dimensions]


def test_invocations_of_one_second_are_added_up() -> None:
    """Sum, count, least and most are those of all samples; another second stays apart."""
    noted = [
        (ME, 7, InvocationSample(10, 0, 1, 1)),
        (ME, 7, InvocationSample(30, 1, 2, 2)),
        (ME, 8, InvocationSample(99, 0, 1, 1)),
    ]
    found = dict(spread(noted))
    assert sums(found[lambda_key("Duration", "Milliseconds", FunctionName="f")]) == (2, 40, 10, 30)
    assert sums(found[lambda_key("Errors", "Count", FunctionName="f")]) == (2, 1, 0, 1)
    assert sums(found[lambda_key("ConcurrentExecutions", "Count", FunctionName="f")]) == (2, 3, 1, 2)


def test_dimensions_are_a_set() -> None:
    """The order in which dimensions are named makes no other metric."""
    one = key(OWNER, ("N", "m", "Count"), {"A": "1", "B": "2"}, 7.9)
    other = key(OWNER, ("N", "m", "Count"), {"B": "2", "A": "1"}, 7.1)
    assert one == other
