from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.once.metrics import (
    Dimension,
    Measure,
    MetricSeries,
    MetricSums,
    Sample,
    Statistic,
    metric_data,
    sample,
    total,
)
from handler.once.records import Json, Reason, RejectedError

pytestmark = pytest.mark.unit

KIND = Dimension("Kind", "door", "frost")
AMOUNT = MetricSeries("PurchaseAmount", "None")
BY_TYPE = MetricSeries("EventsProcessed", "Count", (("EventType", "click"), ("DeviceType", "mobile")))
SAMPLES = st.lists(
    st.builds(
        Sample,
        st.sampled_from([AMOUNT, BY_TYPE, MetricSeries("EventsProcessed")]),
        st.decimals(min_value=0, max_value=10**6, places=2),
    )
)


def tally_of(*samples: Sample) -> MetricSums:
    """Return the sums of samples."""
    tally = MetricSums()
    for each in samples:
        tally.add(each)
    return tally


def test_sums_are_exact() -> None:
    """Ten times ten cents is one, with the smallest and the largest beside it."""
    tally = tally_of(*[Sample(AMOUNT, Decimal("0.1"))] * 9, Sample(AMOUNT, Decimal("-0.1")))
    assert tally.statistics == {AMOUNT: Statistic(10, Decimal("0.8"), Decimal("-0.1"), Decimal("0.1"))}


@given(SAMPLES, SAMPLES)
def test_a_sum_of_sums_is_the_sum_of_all(some: list[Sample], others: list[Sample]) -> None:
    """It makes no difference over how many receipts measures are spread, or in which order they come."""
    together = tally_of(*some, *others).statistics
    assert total([tally_of(*others), tally_of(*some)]).statistics == together


@given(SAMPLES)
def test_a_receipt_gives_back_what_was_counted(samples: list[Sample]) -> None:
    """A tally survives its text without loss."""
    tally = tally_of(*samples)
    assert MetricSums.from_text(tally.to_text()).statistics == tally.statistics


def test_the_form_of_cloudwatch() -> None:
    """A series is one datum, with the statistics that single values would have had."""
    tally = tally_of(Sample(BY_TYPE), Sample(BY_TYPE), Sample(AMOUNT, Decimal("19.99")))
    assert list(metric_data(tally)) == [
        [
            {
                "MetricName": "EventsProcessed",
                "Dimensions": [
                    {"Name": "EventType", "Value": "click"},
                    {"Name": "DeviceType", "Value": "mobile"},
                ],
                "Unit": "Count",
                "StatisticValues": {"SampleCount": 2.0, "Sum": 2.0, "Minimum": 1.0, "Maximum": 1.0},
            },
            {
                "MetricName": "PurchaseAmount",
                "Dimensions": [],
                "Unit": "None",
                "StatisticValues": {"SampleCount": 1.0, "Sum": 19.99, "Minimum": 19.99, "Maximum": 19.99},
            },
        ]
    ]


def test_a_call_holds_a_thousand_data() -> None:
    """More than 1,000 series take another call; nothing takes none."""
    tally = tally_of(*(Sample(MetricSeries(f"M{number}")) for number in range(1001)))
    assert [len(data) for data in metric_data(tally)] == [1000, 1]
    assert list(metric_data(MetricSums())) == []


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (3, 3),
        (Decimal("1.10"), Decimal("1.10")),
        (0.1, Decimal("0.1")),
        (Decimal("1E-100"), 0),
        (-(2**299), -(2**299)),
    ],
)
def test_a_value_is_made_exact(value: Decimal, exact: Decimal) -> None:
    """A float counts as its shortest text, and what is too small for CloudWatch as zero."""
    assert sample(Measure("PurchaseAmount", value, "None")) == Sample(AMOUNT, exact)


@pytest.mark.parametrize(
    "value", [2**300, -(2**300), Decimal("1E91"), float("inf"), float("nan"), Decimal("NaN"), "12", None]
)
def test_a_value_that_cloudwatch_refuses(value: Decimal) -> None:
    """A value out of CloudWatch's range would make it refuse the whole batch: it is refused before."""
    with pytest.raises(RejectedError) as caught:
        sample(Measure("PurchaseAmount", value))
    assert caught.value.reason is Reason.BAD_VALUE


CITY: Any = (("City", "Paris"),)
FURLONGS: Any = "Furlongs"


@pytest.mark.parametrize(
    ("measure", "detail"),
    [
        (Measure(""), "CloudWatch takes no metric like"),
        (Measure("x" * 256), "CloudWatch takes no metric like"),
        (Measure(":x"), "CloudWatch takes no metric like"),
        (Measure("Größe"), "CloudWatch takes no metric like"),
        (Measure("x", unit=FURLONGS), "CloudWatch takes no metric like"),
        (Measure("x", dimensions=(KIND.of("door"), KIND.of("frost"))), "CloudWatch takes no metric like"),
        (Measure("x", dimensions=CITY), "is given as Dimension"),
        (Measure("EventsProcessed"), "analytics cannot count EventsProcessed"),
        (Measure("Lag", 7, "Milliseconds"), "analytics cannot count Lag"),
    ],
)
def test_a_metric_that_cannot_be(measure: Measure, detail: str) -> None:
    """A name, unit or dimension that CloudWatch refuses is a fault of analytics, found before any call."""
    with pytest.raises(RejectedError) as caught:
        sample(measure)
    assert caught.value.reason is Reason.ANALYTICS_FAILED
    assert detail in caught.value.detail


@pytest.mark.parametrize("value", ["teleport", "", None, 7, ["door"], {"a": 1}])
def test_what_a_dimension_does_not_list_is_other(value: Json) -> None:
    """No sender can make a metric: whatever is not listed counts as `other`."""
    assert KIND.of("door") == ("Kind", "door")
    assert KIND.of(value) == ("Kind", "other")


@pytest.mark.parametrize(
    ("name", "values", "detail"),
    [
        ("Kind", ["Größe"], "CloudWatch takes ASCII text"),
        ("Kind", [" "], "CloudWatch takes ASCII text"),
        ("", ["a"], "CloudWatch takes ASCII text"),
        ("Kind", [f"v{n}" for n in range(41)], "lists 41 values, at most 40: each is a metric"),
    ],
)
def test_a_dimension_that_cannot_be(name: str, values: list[str], detail: str) -> None:
    """A dimension that would cost too much, or that CloudWatch refuses, ends the function's start."""
    with pytest.raises(ValueError, match=detail):
        Dimension(name, *values)
