from collections.abc import Mapping

import pytest

from tailrace.cloudwatch.expressions.errors import ExpressionError
from tailrace.cloudwatch.expressions.evaluate import World, evaluate
from tailrace.cloudwatch.expressions.functions import FUNCTIONS, NOT_DONE, Grid
from tailrace.cloudwatch.expressions.search import search
from tailrace.cloudwatch.expressions.values import TimeSeries
from tailrace.cloudwatch.store import MetricId

pytestmark = pytest.mark.unit

T = 1_789_776_000
"""A Saturday, 2026-09-19, 00:00 UTC."""


def line(*values: float | None) -> TimeSeries:
    """Return a series of a value each minute; None is a minute without one."""
    points = {T + 60 * minute: float(value) for minute, value in enumerate(values) if value is not None}
    return TimeSeries(points, 60, "m")


QUERIES: dict[str, TimeSeries] = {
    "m1": line(1, 2, None, 4),
    "m2": line(10, None, 30, 40),
    "errors": line(0, 1, 2, 3),
    "none": line(),
}


def world(queries: Mapping[str, TimeSeries] = QUERIES) -> World:
    """Return a world of four minutes."""
    return World(Grid(T, T + 240, 60), queries.__getitem__, lambda: queries, lambda *_: (QUERIES["m1"],))


def values(expression: str) -> list[float | None]:
    """Return what an expression gives in each of the four minutes."""
    found = evaluate(expression, world())
    assert isinstance(found, TimeSeries)
    return [found.points.get(T + 60 * minute) for minute in range(4)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("m1", [1, 2, None, 4]),
        ("m1 + m2", [11, None, None, 44]),
        ("m2 / m1", [10, None, None, 10]),
        ("m1 * 2 + 1", [3, 5, None, 9]),
        ("1 + m1 * 2", [3, 5, None, 9]),
        ("(m1 + 1) * 2", [4, 6, None, 10]),
        ("10 - m1 - 1", [8, 7, None, 5]),
        ("m1 ^ 2", [1, 4, None, 16]),
        ("-m1", [-1, -2, None, -4]),
        ("errors / (errors - 1)", [0, None, 2, 1.5]),
        ("m1 > 1", [0, 1, None, 1]),
        ("m1 >= 2 AND m1 < 4", [0, 1, None, 0]),
        ("m1 == 1 || m1 == 4", [1, 0, None, 1]),
        ("ABS(-m1)", [1, 2, None, 4]),
        ("AVG(m1) + m1 * 0", [7 / 4, 7 / 4, None, 7 / 4]),
        ("SUM(m1) / DATAPOINT_COUNT(m1) + m1 * 0", [7 / 3, 7 / 3, None, 7 / 3]),
        ("SUM([m1, m2])", [11, 2, 30, 44]),
        ("MAX([m1,m2])", [10, 2, 30, 40]),
        ("MIN(METRICS('m'))", [1, 2, 30, 4]),
        ("AVG([m1, m2])", [5.5, 1, 15, 22]),
        ("STDDEV([m1, m2])", [4.5, 0, 0, 18]),
        ("FILL(m1, 0)", [1, 2, 0, 4]),
        ("FILL(m1, REPEAT)", [1, 2, 2, 4]),
        ("FILL(m1, LINEAR)", [1, 2, 3, 4]),
        ("FILL(none, 7)", [7, 7, 7, 7]),
        ("RATE(m2)", [None, None, 20 / 120, 10 / 60]),
        ("DIFF(m1)", [None, 1, None, 2]),
        ("DIFF_TIME(m1)", [None, 60, None, 120]),
        ("RUNNING_SUM(m1)", [1, 3, None, 7]),
        ("IF(m1 > 1, m2, 0)", [0, None, None, 40]),
        ("IF(errors, 1)", [None, 1, 1, 1]),
        ("m1 * PERIOD(m1)", [60, 120, None, 240]),
        ("CEIL(m1 / 4)", [1, 1, None, 1]),
        ("FLOOR(m2 / 20)", [0, None, 1, 2]),
        ("LOG10(m2 * 10)", [2, None, pytest.approx(2.4771212547), pytest.approx(2.6020599913)]),
        ("LOG(errors)", [None, 0, pytest.approx(0.6931471806), pytest.approx(1.0986122887)]),
        ("TIME_SERIES(MAX(m1))", [4, 4, 4, 4]),
        ("FIRST(m1) * errors", [0, 1, 2, 3]),
        ("LAST([m1, m2])", [10, None, 30, 40]),
        ("DATAPOINT_COUNT([m1, m2])", [2, 1, 1, 2]),
        ("TIME_SERIES(METRIC_COUNT([m1, m2, none]))", [3, 3, 3, 3]),
        ("MINUTE(errors) + HOUR(errors)", [0, 1, 2, 3]),
        ("MINUTE(m1)", [0, 1, 2, 3]),
        ("PERIOD(DATAPOINT_COUNT([m1, m2])) + errors", [60, 61, 62, 63]),
        ("DAY(errors)", [6, 6, 6, 6]),
        ("DATE(errors)", [19, 19, 19, 19]),
        ("EPOCH(errors)", [T, T + 60, T + 120, T + 180]),
        ("YEAR(errors) * 100 + MONTH(errors)", [202609, 202609, 202609, 202609]),
        ("TIME_SERIES(AVG(none))", [None, None, None, None]),
        ('SUM(SEARCH(\'{Shop} MetricName="Orders"\', "Sum", 60))', [1, 2, None, 4]),
    ],
)
def test_values(expression: str, expected: list[float | None]) -> None:
    """Each operator and function gives what AWS's guide says; nothing where it has nothing to go by."""
    assert values(expression) == expected


GUIDE = {
    *("ABS", "ANOMALY_DETECTION_BAND", "AVG", "CEIL", "DATAPOINT_COUNT", "DATE", "DAY", "DB_PERF_INSIGHTS"),
    *("DIFF", "DIFF_TIME", "EPOCH", "FILL", "FIRST", "FLOOR", "HOUR", "IF", "INSIGHT_RULE_METRIC", "LAMBDA"),
    *("LAST", "LOG", "LOG10", "MAX", "METRICS", "METRIC_COUNT", "MIN", "MINUTE", "MONTH", "PERIOD", "RATE"),
    *("REMOVE_EMPTY", "RUNNING_SUM", "SEARCH", "SERVICE_QUOTA", "SLICE", "SORT", "STDDEV", "SUM"),
    *("TIME_SERIES", "YEAR"),
}
"""The functions of AWS's guide, "Using math expressions with CloudWatch metrics"."""


def test_the_functions_are_the_guides() -> None:
    """Each is done, or refused by its name with the reason; there are no others."""
    known = {*FUNCTIONS, *NOT_DONE, "METRICS", "SEARCH"}
    assert known - {"SELECT"} == GUIDE
    assert not FUNCTIONS.keys() & NOT_DONE.keys()


@pytest.mark.parametrize("name", sorted(GUIDE))
def test_no_function_of_the_guide_is_unknown(name: str) -> None:
    """Called without arguments it gives something, or says what it takes, or that it is not done here."""
    try:
        evaluate(f"{name}()", world())
    except ExpressionError as error:
        said = str(error)
        assert said.startswith(name), said
        assert ("not done by this emulator" in said) == (name in NOT_DONE)


@pytest.mark.parametrize(
    ("expression", "labels"),
    [
        ("METRICS()", 4),
        ("REMOVE_EMPTY(METRICS())", 3),
        ("SLICE(METRICS(), 1)", 3),
        ("SLICE(METRICS(), 1, 3)", 2),
        ("SORT(METRICS(), MAX, DESC, 2)", 2),
        ("[m1, m2] * 2", 2),
    ],
)
def test_arrays(expression: str, labels: int) -> None:
    """An array of series stays one, of so many series."""
    found = evaluate(expression, world())
    assert isinstance(found, tuple)
    assert len(found) == labels


def test_sorting() -> None:
    """Series are sorted by what they come to, the largest first where asked."""
    found = evaluate("SORT([m1, m2, errors], SUM, DESC)", world())
    assert found == (QUERIES["m2"], QUERIES["m1"], QUERIES["errors"])


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("m1 +", "unexpected end"),
        ("m1 m2", "unexpected m2"),
        ("m9", "Unknown identifier: m9"),
        ("NOPE(m1)", "Unknown function: NOPE"),
        ("ANOMALY_DETECTION_BAND(m1)", "ANOMALY_DETECTION_BAND: not done by this emulator"),
        ("SELECT AVG(x) FROM y", "SELECT: not done by this emulator"),
        ("1 + 2", "TIME_SERIES makes a series of it"),
        ("METRICS() + METRICS()", "Unsupported operand"),
        ("m1 + 'text'", "Unsupported operand"),
        ("FILL(m1)", "FILL takes 2 arguments"),
        ("m1 # 2", "Syntax error at position 3: # 2"),
        ("(" * 100, "nested too deep"),
        ("TIME_SERIES(1/0)", "Division by zero"),
    ],
)
def test_what_is_wrong_is_said(expression: str, said: str) -> None:
    """An expression that cannot be evaluated is refused with what is wrong with it."""
    with pytest.raises(ExpressionError) as raised:
        evaluate(expression, world())
    assert said in str(raised.value)


METRICS = [
    MetricId("AWS/Lambda", "Errors", (("FunctionName", "web-orders"),)),
    MetricId("AWS/Lambda", "Errors", ()),
    MetricId("AWS/Lambda", "Invocations", (("FunctionName", "mail"),)),
    MetricId("Shop", "Errors", (("FunctionName", "web-orders"),)),
]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("{AWS/Lambda,FunctionName} Errors", [0]),
        ('{AWS/Lambda,FunctionName} MetricName="Errors"', [0]),
        ("{AWS/Lambda} Errors", [1]),
        ("{AWS/Lambda,FunctionName}", [0, 2]),
        ("{AWS/Lambda,FunctionName} NOT mail", [0]),
        ("{AWS/Lambda,FunctionName} (orders OR mail)", [0, 2]),
        ("Errors web", [0, 3]),
        ('Namespace="Shop"', [3]),
        ("FunctionName=mail", [2]),
        ("nothing", []),
    ],
)
def test_search(expression: str, found: list[int]) -> None:
    """A search means the metrics with exactly the dimensions of its schema, and all of its terms."""
    assert search(expression, METRICS) == [METRICS[number] for number in found]
