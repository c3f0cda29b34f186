import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.cloudwatch.embedded import metrics_in

pytestmark = pytest.mark.unit

HERE = ("111122223333", "eu-central-1")


def line(directive: dict[str, Any], **members: object) -> str:
    """Return a log line of one directive."""
    return json.dumps({"_aws": {"Timestamp": 1_789_776_000_500, "CloudWatchMetrics": [directive]}, **members})


def read(text: str) -> list[tuple[str, str, str, tuple[tuple[str, str], ...], int, float, float]]:
    """Return what a line publishes: namespace, name, unit, dimensions, second, count and sum."""
    return [
        (which.namespace, which.name, which.unit, which.dimensions, which.second, cell.count, cell.total)
        for which, cell in metrics_in(HERE, text, 1.0)
    ]


def test_a_metric_of_two_sets_of_dimensions() -> None:
    """Each metric is published once under each set of dimensions, at the line's own time."""
    directive = {
        "Namespace": "Shop",
        "Dimensions": [["service"], ["service", "page"]],
        "Metrics": [{"Name": "orders", "Unit": "Count"}],
    }
    assert read(line(directive, service="web", page="/a", orders=3)) == [
        ("Shop", "orders", "Count", (("service", "web"),), 1_789_776_000, 1, 3),
        ("Shop", "orders", "Count", (("page", "/a"), ("service", "web")), 1_789_776_000, 1, 3),
    ]


def test_many_values() -> None:
    """An array is so many samples; without dimensions there is one metric without any."""
    directive = {"Namespace": "Shop", "Metrics": [{"Name": "ms"}]}
    assert read(line(directive, ms=[1, 2, 4.5])) == [("Shop", "ms", "", (), 1_789_776_000, 3, 7.5)]


GOOD = {"Namespace": "Shop", "Dimensions": [["page"]], "Metrics": [{"Name": "n"}]}


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        '{"_aws": ',
        '{"_aws": 1}',
        '{"_aws": {}}',
        line(GOOD, page="a"),
        line(GOOD, n=1),
        line(GOOD, page="a", n="1"),
        line(GOOD, page="a", n=True),
        line(GOOD, page="a", n=[]),
        line(GOOD, page="a", n=list(range(101))),
        line(GOOD, page={}, n=1),
        line({**GOOD, "Namespace": None}, page="a", n=1),
        line({**GOOD, "Metrics": [{"Name": "n"}] * 101}, page="a", n=1),
    ],
)
def test_what_is_not_in_the_format_stays_a_log_line(text: str) -> None:
    """A line that is not valid publishes nothing."""
    assert read(text) == []


MEMBERS = st.sampled_from(["Namespace", "Dimensions", "Metrics", "Name", "n"])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner) | st.dictionaries(MEMBERS, inner),
    max_leaves=20,
)


@given(JSON, JSON)
def test_no_line_is_an_error(directive: Any, member: Any) -> None:  # noqa: ANN401  whatever JSON holds
    """Whatever a function prints, reading it raises nothing."""
    metrics_in(HERE, json.dumps({"_aws": {"CloudWatchMetrics": directive}, "n": member}), 1.0)
    metrics_in(HERE, line({**GOOD, "Metrics": directive}, page="a", n=member), 1.0)
