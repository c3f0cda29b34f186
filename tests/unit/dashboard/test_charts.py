from collections.abc import Callable

import pytest

from dashboard import charts, tables
from dashboard.ranges import SIX_HOURS
from dashboard.view import Alarm, DashboardView, Mark, Rest
from tests.unit.dashboard.given import at, mark, minute, uncounted, viewed

pytestmark = pytest.mark.unit

HOSTILE = '<img src=x onerror="alert(1)">'
SOLD = {"sold": "12", "sold^0": "4", "sold^2": "50"}


def given(*marks: Mark) -> DashboardView:
    """Return a view of three minutes, with a total that has a mean."""
    minutes = [minute(number, {"app": 60, "shop": 120}, SOLD) for number in range(3)]
    return viewed(at(3), minutes, Rest(marks=marks))


def test_values_are_stacked() -> None:
    """Each value of the first dimension is a series of bars in one stack, in a colour of its own."""
    series = charts.rates(given())["series"]
    bars = {one["name"]: one for one in series if one.get("stack") == "values"}
    assert list(bars) == ["app", "shop"]
    assert bars["shop"]["data"][:2] == [2.0, 2.0]
    assert bars["app"]["itemStyle"]["color"] != bars["shop"]["itemStyle"]["color"]


def test_bar_going_on_is_paler() -> None:
    """The last bar says that its minute is not over."""
    first = charts.rates(given())["series"][0]
    assert first["data"][-1] == {"value": 1.0, "itemStyle": {"opacity": charts.GOING_ON}}


def test_totals_are_drawn() -> None:
    """A total is drawn as sums; one whose values are known, as means too."""
    view = given()
    (sold,) = view.numbers
    assert charts.sums(view, sold)["series"][0]["data"][:2] == [12.0, 12.0]
    assert charts.means(view, sold)["series"][0]["data"] == [3.0, 3.0, 3.0]
    assert tables.distribution(sold) == "mean <b>3</b> \N{PLUS-MINUS SIGN} 1.87, 12 values"


def test_anomalies_are_marked() -> None:
    """An anomaly stands over each of its minutes, and is named once."""
    view = given(mark(1, 2), mark(1, 1, "outlier"))
    band, names = charts.rates(view)["series"][-2:]
    assert [value is not None for value in band["data"]] == [False, True, True]
    shown = [(one["value"][0], one["name"]) for one in names["data"]]
    assert shown == [("12:01", "spike, outlier")]


def test_anomaly_of_a_minute_marks_its_bar() -> None:
    """Where a bar stands for five minutes, an anomaly in one of them marks it."""
    minutes = [minute(number, {"shop": 60}) for number in range(11)]
    view = viewed(at(11), minutes, Rest(marks=[mark(7, 7)]), SIX_HOURS)
    band, names = charts.rates(view)["series"][-2:]
    assert [value is not None for value in band["data"]] == [False, True, False]
    assert [one["value"][0] for one in names["data"]] == ["12:05"]


def test_silence_is_marked() -> None:
    """An anomaly without any event has a band too."""
    view = viewed(at(1), [minute(0, {})], Rest(marks=[mark(0, 0, "silence")]))
    assert charts.rates(view)["series"][-2]["data"] == [pytest.approx(1.06)]


def test_a_lone_minute_of_the_lag_is_a_dot() -> None:
    """A line needs two minutes: one that stands alone is a dot, one without events is a gap."""
    minutes = [minute(number, {"shop": 60} if number in {0, 2, 3} else {}) for number in range(4)]
    data = charts.lag(viewed(at(4), minutes))["series"][0]["data"]
    assert [isinstance(value, dict) and value["symbol"] for value in data] == ["circle", False, False, False]
    assert data[1] is None


def test_whole_numbers_have_a_whole_axis() -> None:
    """A total of whole numbers shows no fractions of what was never counted; another does."""
    minutes = [minute(0, {"shop": 2}, {"orders": "1", "sold": "0.5"})]
    view = viewed(at(1), minutes)
    axes = {one.name: charts.sums(view, one)["yAxis"].get("minInterval") for one in view.numbers}
    assert axes == {"orders": 1, "sold": None}


def test_colours_leave_light_and_dark_to_the_style() -> None:
    """No colour is fixed in a chart: each is a variable of the style sheet."""
    view = given(mark(0, 1))
    drawn = [charts.rates(view), charts.lag(view), charts.sums(view, view.numbers[0])]
    assert "#" not in str([*drawn, charts.means(view, view.numbers[0])])


@pytest.mark.parametrize(
    "table", [tables.rates, tables.lag, lambda view: tables.number(view, view.numbers[0])]
)
def test_tables_have_every_minute(table: Callable[[DashboardView], str]) -> None:
    """Behind each chart stands a table of all its minutes, the newest first."""
    text = table(given())
    places = [text.index(f'<th scope="row">12:0{number}</th>') for number in (2, 1, 0)]
    assert places == sorted(places)


def test_names_from_events_are_text() -> None:
    """Whatever an event calls itself is shown as text, never taken for HTML."""
    view = viewed(
        at(1),
        [minute(0, {HOSTILE: 1}, page={HOSTILE: 1})],
        Rest(alarms=[Alarm(HOSTILE, HOSTILE)], marks=[Mark(at(0), at(0), HOSTILE, HOSTILE, 1, 2)]),
    )
    said = [
        tables.rates(view),
        tables.legend(view),
        tables.ranked(view.keyed[0]),
        tables.alarms(view.rest.alarms, "stack"),
        tables.anomalies(view),
    ]
    assert [text for text in said if "<img" in text or "&lt;img" not in text] == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wall-DynamoDBThrottling", "DynamoDB throttling"),
        ("wall-KinesisLambdaProcessorErrors", "Lambda processor errors"),
        ("wall-Silence", "Silence"),
        ("KinesisLambdaProcessorErrors", "Lambda processor errors"),
    ],
)
def test_names_of_alarms(name: str, said: str) -> None:
    """An alarm is called by words, without its own stack's name."""
    assert f"<span>{said}</span>" in tables.alarms([Alarm(name, "OK")], "wall")


def test_without_dimension_there_is_one_series() -> None:
    """A handler that counts events by nothing has a chart of its events all the same."""
    view = viewed(at(2), [uncounted(0, 60), uncounted(1, 120)])
    (series,) = [one for one in charts.rates(view)["series"] if one.get("stack") == "values"]
    assert (series["name"], series["data"][0]) == ("events", 1.0)
