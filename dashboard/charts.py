"""ECharts options of a view. Pure.

Colours are the style sheet's variables, drawn as SVG: light and dark are the browser's business alone.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.view import Counts, View
from handler.once.totals import OTHER

type Options = dict[str, Any]

COLOURS = 6
GOING_ON = 0.55
"""Opacity of the minute that goes on."""
_INK, _FAINT, _ALERT, _ACCENT = "var(--soft)", "var(--line)", "var(--alert)", "var(--accent)"
_SMALL = 11


def colours(types: Counts) -> dict[str, str]:
    """Return the colour of each type: by its place, `other` is grey."""
    return {
        name: "var(--other)" if name == OTHER else f"var(--type-{place % COLOURS})"
        for place, (name, _) in enumerate(types)
    }


def rates(view: View) -> Options:
    """Events a second by type, stacked; unusual minutes stand in a band, with the kinds above it."""
    colour = colours(view.types)
    bars = [
        {
            **_bars([rate.by_type.get(name, 0.0) for rate in view.rates], colour[name], 2),
            "name": name,
            "stack": "types",
        }
        for name, _ in view.types
    ]
    frame = _frame(view, "Events a second by type")
    frame["grid"] = frame["grid"] | {"top": 30}  # room for the names of anomalies
    behind = {"type": "category", "data": frame["xAxis"]["data"], "show": False}
    return {**frame, "xAxis": [frame["xAxis"], behind], "series": [*bars, *_marked(view)]}


def revenue(view: View) -> Options:
    """Revenue of each minute."""
    series = _bars(view.revenue, _ACCENT, 2)
    frame = _frame(view, "Revenue of each minute")
    frame["yAxis"] = frame["yAxis"] | {"minInterval": 1}  # no fractions of what nobody has paid
    return {**frame, "series": [{**series, "name": "Revenue"}]}


def lag(view: View) -> Options:
    """Mean lag of each minute, in seconds; a minute without events has none, one between such is a dot."""
    values = [None if mean is None else round(mean / 1000, 3) for mean in view.lag]
    around = zip([None, *values[:-1]], [*values[1:], None], strict=True)
    line = {
        "type": "line",
        "name": "Mean lag",
        "data": [
            {"value": value, "symbol": "circle"}
            if value is not None and neighbours == (None, None)
            else value
            for value, neighbours in zip(values, around, strict=True)
        ],
        "lineStyle": {"color": _ACCENT, "width": 2},
        "itemStyle": {"color": _ACCENT},
        "areaStyle": {"color": _ACCENT, "opacity": 0.15},
        "symbol": "none",
        "symbolSize": 5,
        "showAllSymbol": True,
        "emphasis": {"disabled": True},
    }
    return {**_frame(view, "Mean lag of each minute", unit=" s"), "series": [line]}


def kinds_by_minute(view: View) -> Mapping[str, list[str]]:
    """Return the kinds of anomalies of each shown minute that is unusual."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for rate in view.rates:
        for mark in view.rest.marks:
            if mark.at <= rate.at <= mark.end and mark.kind not in kinds[label(rate.at)]:
                kinds[label(rate.at)].append(mark.kind)
    return {at: found for at, found in kinds.items() if found}


def label(at: Any) -> str:  # noqa: ANN401  a datetime, or what formats like one
    """Return how a minute is called on the time axis."""
    return f"{at:%H:%M}"


def _bars(values: Sequence[float], colour: str, digits: int) -> Options:
    data: list[Any] = [round(value, digits) for value in values]
    if data:
        data[-1] = {"value": data[-1], "itemStyle": {"opacity": GOING_ON}}
    return {
        "type": "bar",
        "data": data,
        "itemStyle": {"color": colour},
        "barCategoryGap": "18%",
        "emphasis": {"disabled": True},
    }


def _marked(view: View) -> list[Options]:
    """Return the bands of unusual minutes, and what stands above the first minute of each."""
    highest = max((sum(rate.by_type.values()) for rate in view.rates), default=0) or 1
    kinds = kinds_by_minute(view)
    top = round(highest * 1.06, 2)
    first = {label(mark.at) for mark in view.rest.marks}
    band = {
        "type": "bar",
        "name": "Unusual",
        "data": [top if label(rate.at) in kinds else None for rate in view.rates],
        "xAxisIndex": 1,  # an axis of its own: bars of one axis share its room
        "barCategoryGap": "0%",
        "itemStyle": {"color": _ALERT, "opacity": 0.22},
        "tooltip": {"show": False},
        "silent": True,
        "z": 1,
    }
    names = {
        "type": "scatter",
        "name": "Anomaly",
        "symbol": "triangle",
        "symbolSize": 9,
        "symbolRotate": 180,
        "itemStyle": {"color": _ALERT},
        "data": [
            {
                "name": ", ".join(found),
                "value": [at, top],
                "label": {"formatter": ", ".join(found)},
            }
            for at, found in kinds.items()
            if at in first
        ],
        "label": {"show": True, "position": "top", "color": _ALERT, "fontSize": 12, "fontWeight": "bold"},
        "labelLayout": {"hideOverlap": True},
        "tooltip": {"show": False},
        "silent": True,
        "z": 5,
    }
    return [band, names]


def _frame(view: View, title: str, unit: str = "") -> Options:
    return {
        "animation": False,
        "aria": {"enabled": True, "label": {"description": f"{title}. The same figures follow as a table."}},
        "textStyle": {"fontFamily": "inherit"},
        "grid": {"left": 6, "right": 10, "top": 12, "bottom": 4, "outerBoundsMode": "same"},
        "tooltip": {
            "trigger": "axis",
            "confine": True,
            "backgroundColor": "var(--panel)",
            "borderColor": _FAINT,
            "textStyle": {"color": "var(--ink)", "fontSize": 12},
            "axisPointer": {"type": "line", "lineStyle": {"color": _INK}},
        },
        "xAxis": {
            "type": "category",
            "data": [label(rate.at) for rate in view.rates],
            "axisLabel": {"color": _INK, "fontSize": _SMALL, "hideOverlap": True, "interval": 9},
            "axisLine": {"lineStyle": {"color": _FAINT}},
            "axisTick": {"show": False},
        },
        "yAxis": {
            "type": "value",
            "axisLabel": {"color": _INK, "fontSize": _SMALL, "formatter": f"{{value}}{unit}"},
            "splitLine": {"lineStyle": {"color": _FAINT}},
            "splitNumber": 4,
        },
    }
