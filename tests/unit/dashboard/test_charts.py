from decimal import Decimal

import pytest

from dashboard import charts, tables
from dashboard.view import Alarm, Mark, Rest, View, viewed
from tests.unit.dashboard.given import at, mark, minute

pytestmark = pytest.mark.unit

HOSTILE = '<img src=x onerror="alert(1)">'


def given(*marks: Mark) -> View:
    """Return a view of three minutes."""
    minutes = [minute(number, {"click|mobile": 60, "purchase|mobile": 120}) for number in range(3)]
    return viewed(at(3), minutes, Rest(marks=marks))


def test_types_are_stacked() -> None:
    """Each type is a series of bars in one stack, in a colour of its own."""
    series = charts.rates(given())["series"]
    bars = {one["name"]: one for one in series if one.get("stack") == "types"}
    assert list(bars) == ["click", "purchase"]
    assert bars["purchase"]["data"][:2] == [2.0, 2.0]
    assert bars["click"]["itemStyle"] != bars["purchase"]["itemStyle"]


def test_minute_going_on_is_paler() -> None:
    """The last bar says that its minute is not over."""
    click = charts.rates(given())["series"][0]
    assert click["data"][-1] == {"value": 1.0, "itemStyle": {"opacity": charts.GOING_ON}}


def test_anomalies_are_marked() -> None:
    """An anomaly stands over each of its minutes, and is named once."""
    view = given(mark(1, 2), mark(1, 1, "outlier"))
    band, names = charts.rates(view)["series"][-2:]
    assert [value is not None for value in band["data"]] == [False, True, True]
    shown = [(one["value"][0], one["name"]) for one in names["data"]]
    assert shown == [("12:01", "spike, outlier")]


def test_silence_is_marked() -> None:
    """An anomaly without any event has a band too."""
    view = viewed(at(1), [minute(0, {})], Rest(marks=[mark(0, 0, "silence")]))
    assert charts.rates(view)["series"][-2]["data"] == [pytest.approx(1.06)]


def test_a_lone_minute_of_the_lag_is_a_dot() -> None:
    """A line needs two minutes: one that stands alone is a dot, one without events is a gap."""
    minutes = [minute(number, {"click|mobile": 60} if number in {0, 2, 3} else {}) for number in range(4)]
    data = charts.lag(viewed(at(4), minutes, Rest()))["series"][0]["data"]
    assert [isinstance(value, dict) and value["symbol"] for value in data] == ["circle", False, False, False]
    assert data[1] is None


def test_without_revenue_the_axis_has_whole_numbers() -> None:
    """An hour without a purchase shows no fractions of what nobody paid."""
    assert charts.revenue(given())["yAxis"]["minInterval"] == 1


def test_colours_leave_light_and_dark_to_the_style() -> None:
    """No colour is fixed in a chart: each is a variable of the style sheet."""
    assert "#" not in str([charts.rates(given(mark(0, 1))), charts.revenue(given()), charts.lag(given())])


@pytest.mark.parametrize("told", [tables.rates, tables.revenue, tables.lag])
def test_tables_have_every_minute(told: object) -> None:
    """Behind each chart stands a table of all its minutes, the newest first."""
    assert callable(told)
    text = told(given())
    places = [text.index(f'<th scope="row">12:0{number}</th>') for number in (2, 1, 0)]
    assert places == sorted(places)


def test_names_from_events_are_text() -> None:
    """Whatever an event calls itself is shown as text, never taken for HTML."""
    view = viewed(
        at(1),
        [minute(0, {f"{HOSTILE}|{HOSTILE}": 1}, page={HOSTILE: 1})],
        Rest(alarms=[Alarm(HOSTILE, HOSTILE)], marks=[Mark(at(0), at(0), HOSTILE, HOSTILE, 1, 2)]),
    )
    said = [
        tables.rates(view),
        tables.legend(view),
        tables.ranked(HOSTILE, view.pages),
        tables.ranked("Devices", view.devices),
        tables.alarms(view.rest.alarms, "stack"),
        tables.anomalies(view.rest.marks),
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


def test_money_keeps_to_its_tile() -> None:
    """An amount takes ten characters at most, up to a hundred million."""
    assert tables.money(Decimal("999999.99")) == "999,999.99"
    assert tables.money(Decimal("12345678.90")) == "12,345,679"


def test_figures_that_need_a_look() -> None:
    """Dead letters, quarantined records and a mapping that does not run are pointed out."""
    well = {name: fine for name, (_, _, fine) in tables.figures(given()).items()}
    assert set(well.values()) == {True}
    bad = tables.figures(viewed(at(0), [], Rest(quarantined=2, dead_letters=1)))
    assert [name for name, (_, _, fine) in bad.items() if not fine] == ["Quarantine", "Dead letters"]
