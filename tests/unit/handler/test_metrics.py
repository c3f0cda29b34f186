from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.once.metrics import Measure, Series, Statistic, Tally, checked, metric_data, total
from handler.once.records import Reason, RejectedError

pytestmark = pytest.mark.unit

AMOUNT = Series("PurchaseAmount", "None")
BY_TYPE = Series("EventsProcessed", "Count", (("EventType", "click"), ("DeviceType", "mobile")))
MEASURES = st.lists(
    st.builds(
        Measure,
        st.sampled_from([AMOUNT, BY_TYPE, Series("EventsProcessed")]),
        st.decimals(min_value=0, max_value=10**6, places=2),
    )
)


def tally_of(*measures: Measure) -> Tally:
    """Return the sums of measures."""
    tally = Tally()
    for measure in measures:
        tally.add(measure)
    return tally


def test_sums_are_exact() -> None:
    """Ten times ten cents is one, with the smallest and the largest beside it."""
    tally = tally_of(*[Measure(AMOUNT, Decimal("0.1"))] * 9, Measure(AMOUNT, Decimal("-0.1")))
    assert tally.statistics == {AMOUNT: Statistic(10, Decimal("0.8"), Decimal("-0.1"), Decimal("0.1"))}


@given(MEASURES, MEASURES)
def test_a_sum_of_sums_is_the_sum_of_all(some: list[Measure], others: list[Measure]) -> None:
    """It makes no difference over how many receipts measures are spread, or in which order they come."""
    together = tally_of(*some, *others).statistics
    assert total([tally_of(*others), tally_of(*some)]).statistics == together


@given(MEASURES)
def test_a_receipt_gives_back_what_was_counted(measures: list[Measure]) -> None:
    """A tally survives its text without loss."""
    tally = tally_of(*measures)
    assert Tally.from_text(tally.to_text()).statistics == tally.statistics


def test_the_form_of_cloudwatch() -> None:
    """A series is one datum, with the statistics that single values would have had."""
    tally = tally_of(Measure(BY_TYPE), Measure(BY_TYPE), Measure(AMOUNT, Decimal("19.99")))
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
    tally = tally_of(*(Measure(Series(f"M{number}")) for number in range(1001)))
    assert [len(data) for data in metric_data(tally)] == [1000, 1]
    assert list(metric_data(Tally())) == []


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
    assert checked(Measure(AMOUNT, value)).value == exact


@pytest.mark.parametrize(
    "value", [2**300, -(2**300), Decimal("1E91"), float("inf"), float("nan"), Decimal("NaN"), "12", None]
)
def test_a_value_that_cloudwatch_refuses(value: Decimal) -> None:
    """A value out of CloudWatch's range would make it refuse the whole batch: it is refused before."""
    with pytest.raises(RejectedError) as caught:
        checked(Measure(AMOUNT, value))
    assert caught.value.reason is Reason.BAD_VALUE


@pytest.mark.parametrize(
    "series",
    [
        Series(""),
        Series("x" * 256),
        Series(":x"),
        Series("x", "Count", (("City", "Köln"),)),
        Series("x", "Count", (("City", " "),)),
        Series("x", "Count", tuple((f"D{number}", "v") for number in range(31))),
    ],
)
def test_a_name_that_cloudwatch_refuses(series: Series) -> None:
    """A name or dimension that CloudWatch does not take is a fault of analytics, found before any call."""
    with pytest.raises(RejectedError) as caught:
        checked(Measure(series))
    assert caught.value.reason is Reason.ANALYTICS_FAILED
