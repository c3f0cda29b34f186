from typing import Any

import pytest

from tailrace.cloudwatch.cells import cell_of, key
from tailrace.cloudwatch.queries import MetricResult, Queries, QueryError, begun, paged
from tailrace.cloudwatch.store import MetricStore

pytestmark = pytest.mark.unit

T = 1_789_776_000
HERE = ("111122223333", "eu-central-1")


def store() -> MetricStore:
    """Return a store of ten minutes of orders and errors."""
    made = MetricStore(lambda: T + 600)
    for minute in range(10):
        made.add(key(HERE, ("Shop", "Orders", "Count"), {}, T + 60 * minute + 7), cell_of([1.0, 3.0]))
        made.add(
            key(HERE, ("Shop", "Errors", "Count"), {"Page": "a"}, T + 60 * minute), cell_of([float(minute)])
        )
    return made


def metric(query_id: str, name: str = "Orders", stat: str = "Sum", **more: object) -> dict[str, Any]:
    """Return a query of a metric."""
    return {
        "Id": query_id,
        "MetricStat": {"Metric": {"Namespace": "Shop", "MetricName": name}, "Period": 300, "Stat": stat},
        **more,
    }


def ask(*queries: dict[str, Any], start: float = T, end: float = T + 600) -> list[MetricResult]:
    """Return the results of queries."""
    return Queries(store(), HERE, queries, start, end, T + 600).results()


def test_a_metric() -> None:
    """A statistic of each period, by its beginning."""
    assert ask(metric("m1")) == [MetricResult("m1", "Orders", ((T, 20.0), (T + 300, 20.0)))]
    assert ask(metric("m1", stat="p50"))[0].points == ((T, 2.0), (T + 300, 2.0))


def test_an_expression() -> None:
    """An expression refers to other queries, whether they return data or not."""
    rate = {"Id": "rate", "Expression": "m1 / PERIOD(m1)", "Label": "orders/s"}
    assert ask(metric("m1", ReturnData=False), rate) == [
        MetricResult("rate", "orders/s", ((T, 20 / 300), (T + 300, 20 / 300)))
    ]


def test_an_expression_before_its_metric() -> None:
    """The order of queries is nothing but the order of results."""
    assert [result.id for result in ask({"Id": "e1", "Expression": "m1*2"}, metric("m1"))] == ["e1", "m1"]


def test_search_gives_many() -> None:
    """A search gives a result for each metric, under one id."""
    found = ask({"Id": "e1", "Expression": "SEARCH('Namespace=\"Shop\"', 'Maximum', 300)"})
    assert [(result.id, result.label) for result in found] == [("e1", "a Errors"), ("e1", "Orders")]


def test_labels() -> None:
    """Default labels tell queries apart; dynamic ones are filled in."""
    assert [result.label for result in ask(metric("a"), metric("b", stat="Maximum"))] == [
        "Orders Sum",
        "Orders Maximum",
    ]
    own = metric("a", Label="${LABEL} ${MAX} ${PROP('Stat')}")
    assert ask(own)[0].label == "Orders 20 Sum"


@pytest.mark.parametrize(
    ("queries", "said"),
    [
        ([metric("M1")], "The value M1 for parameter MetricDataQueries.member.1.Id is not matching"),
        ([metric("m1"), metric("m1")], "are not unique: m1"),
        ([metric("m1", stat="Median")], "The value Median for parameter Stat is not supported."),
        ([{"Id": "e1", "Expression": "e1 + 1"}], "Error in expression 'e1': it refers to itself"),
        ([{"Id": "e1", "Expression": "m7"}], "Error in expression 'e1': Unknown identifier: m7"),
        ([{"Id": "e1"}], "Either MetricDataQueries.member.1.Expression or"),
        ([{"Id": "e1", "Expression": "m1", "Period": 7}], "Period is not valid"),
        ([metric("m1", AccountId="444455556666")], "member.1.AccountId: not done by this emulator"),
    ],
)
def test_what_is_refused(queries: list[dict[str, Any]], said: str) -> None:
    """A query that cannot be answered is a ValidationError that says why."""
    with pytest.raises(QueryError) as raised:
        ask(*queries)
    assert said in str(raised.value)
    assert raised.value.code == "ValidationError"


def test_an_end_before_the_start() -> None:
    """A request whose end is not after its start is refused."""
    with pytest.raises(QueryError, match="StartTime must be less than the parameter EndTime"):
        ask(metric("m1"), start=T, end=T)


@pytest.mark.parametrize(
    ("start", "period", "rounded"),
    [
        (T + 97.5, 60, T + 60),
        (T + 97.5, 10, T + 90),
        (T + 97.5, 1, T + 97),
        (T + 97.5 - 20 * 86_400, 60, T - 20 * 86_400),
        (T + 1000 - 70 * 86_400, 60, T - 70 * 86_400),
    ],
)
def test_the_start_is_rounded(start: float, period: int, rounded: int) -> None:
    """A start is rounded down by its age: to the period, a minute, five minutes or an hour."""
    assert begun(start, period, T + 97.5) == rounded


def test_pages() -> None:
    """Pages hold so many datapoints of all series together; one that is cut is partial."""
    results = [
        MetricResult("a", "a", tuple((at, 1.0) for at in range(5))),
        MetricResult("b", "b", ((9, 2.0),)),
        MetricResult("c", "c", ()),
    ]
    first = paged(results, None, 4, newest_first=True)
    assert [(one.id, [at for at, _ in one.points], one.complete) for one in first.results] == [
        ("a", [4, 3, 2, 1], False)
    ]
    second = paged(results, first.token, 4, newest_first=True)
    assert [(one.id, [at for at, _ in one.points], one.complete) for one in second.results] == [
        ("a", [0], True),
        ("b", [9], True),
        ("c", [], True),
    ]
    assert second.token is None
    with pytest.raises(QueryError, match="next token"):
        paged(results, "!", 4, newest_first=True)
