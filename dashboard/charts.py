"""ECharts options of a view. Pure.

Colours are the style sheet's variables, drawn as SVG: light and dark are the browser's business alone.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dashboard.counted import Number
from dashboard.view import DashboardView

type Options = dict[str, Any]
type Points = Sequence[float | None]

GOING_ON = 0.55
"""Opacity of the bar that goes on."""
_INK, _FAINT, _ALERT, _ACCENT = "var(--soft)", "var(--line)", "var(--alert)", "var(--accent)"
_PANEL = "var(--panel)"
_SMALL = 11
_LABELS = 6
"""Times that are written below a chart."""


def rates(view: DashboardView) -> Options:
    """Events a second by value, stacked; unusual minutes stand in a band, with the kinds above it."""
    bars = [
        {
            **_bars([rate.by_value.get(name, 0.0) for rate in view.rates], view.colours[name]),
            "name": name,
            "stack": "values",
        }
        for name, _ in view.values
    ]
    frame = _frame(view, _said(view, "Events a second"))
    frame["grid"] = frame["grid"] | {"top": 30}  # room for the names of anomalies
    behind = {"type": "category", "data": frame["xAxis"]["data"], "show": False}
    return {**frame, "xAxis": [frame["xAxis"], behind], "series": [*bars, *_marked(view)]}


def lag(view: DashboardView) -> Options:
    """Mean lag of each bar, in seconds."""
    values = [None if mean is None else round(mean / 1000, 3) for mean in view.lag]
    frame = _frame(view, _said(view, "Mean lag"), unit=" s")
    frame["yAxis"] = frame["yAxis"] | {"splitNumber": 2}
    return {
        **frame,
        "series": [_line(values, "Mean lag")],
    }


def sums(view: DashboardView, number: Number) -> Options:
    """Give the sum of a total in each bar."""
    frame = _frame(view, _said(view, f"{number.said}, sum"))
    whole = all(value.is_integer() for value in number.sums)
    frame["yAxis"] = frame["yAxis"] | {"splitNumber": 2} | ({"minInterval": 1} if whole else {})
    return {**frame, "series": [{**_bars(number.sums, _ACCENT), "name": "Sum"}]}


def means(view: DashboardView, number: Number) -> Options:
    """Give the mean of a total's values in each bar."""
    frame = _frame(view, _said(view, f"{number.said}, mean"))
    frame["yAxis"] = frame["yAxis"] | {"splitNumber": 2, "scale": True}
    values = [None if mean is None else _rounded(mean) for mean in number.means]
    return {**frame, "series": [_line(values, "Mean")]}


def kinds_by_bar(view: DashboardView) -> Mapping[str, list[str]]:
    """Return the kinds of anomalies of each shown bar that is unusual."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for rate in view.rates:
        for mark in view.rest.marks:
            inside = view.shown.bar(mark.at) <= rate.at <= view.shown.bar(mark.end)
            if inside and mark.kind not in kinds[label(rate.at)]:
                kinds[label(rate.at)].append(mark.kind)
    return {at: found for at, found in kinds.items() if found}


def label(at: datetime) -> str:
    """Return how a bar is called on the time axis."""
    return f"{at:%H:%M}"


def _said(view: DashboardView, what: str) -> str:
    each = "minute" if view.shown.step == 1 else f"{view.shown.step} minutes"
    return f"{what}, by {each}"


def _rounded(value: float) -> float:
    """Return a value in six digits: what a chart can show, and no more to send."""
    return float(f"{value:.6g}")


def _bars(values: Sequence[float], colour: str) -> Options:
    data: list[Any] = [_rounded(value) for value in values]
    if data:
        data[-1] = {"value": data[-1], "itemStyle": {"opacity": GOING_ON}}
    return {
        "type": "bar",
        "data": data,
        "itemStyle": {"color": colour, "borderColor": _PANEL, "borderWidth": 0.5},
        "barCategoryGap": "18%",
        "barMaxWidth": 48,
        "emphasis": {"disabled": True},
    }


def _line(values: Points, name: str) -> Options:
    """Return a line; a bar without a value is a gap, and one between such is a dot."""
    both_sides = zip([None, *values[:-1]], [*values[1:], None], strict=True)
    return {
        "type": "line",
        "name": name,
        "data": [
            {"value": value, "symbol": "circle"}
            if value is not None and neighbours == (None, None)
            else value
            for value, neighbours in zip(values, both_sides, strict=True)
        ],
        "lineStyle": {"color": _ACCENT, "width": 2},
        "itemStyle": {"color": _ACCENT},
        "areaStyle": {"color": _ACCENT, "opacity": 0.15, "origin": "start"},
        "symbol": "none",
        "symbolSize": 5,
        "showAllSymbol": True,
        "emphasis": {"disabled": True},
    }


def _marked(view: DashboardView) -> list[Options]:
    """Return the bands of unusual bars, and what stands above the first bar of each."""
    highest = max((sum(rate.by_value.values()) for rate in view.rates), default=0) or 1
    kinds = kinds_by_bar(view)
    top = _rounded(highest * 1.06)
    begun = {label(view.shown.bar(mark.at)) for mark in view.rest.marks}
    # An anomaly that began before the range is named above its first bar that is shown.
    first = begun | set(list(kinds)[:1])
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


def _frame(view: DashboardView, title: str, unit: str = "") -> Options:
    every = max(1, len(view.rates) // _LABELS)
    return {
        "animation": False,
        "aria": {"enabled": True, "label": {"description": f"{title}. The same figures follow as a table."}},
        "textStyle": {"fontFamily": "inherit"},
        "grid": {"left": 6, "right": 10, "top": 12, "bottom": 4, "outerBoundsMode": "same"},
        "tooltip": {
            "trigger": "axis",
            "confine": True,
            "backgroundColor": _PANEL,
            "borderColor": _FAINT,
            "textStyle": {"color": "var(--ink)", "fontSize": 12},
            "axisPointer": {"type": "line", "lineStyle": {"color": _INK}},
        },
        "xAxis": {
            "type": "category",
            "data": [label(rate.at) for rate in view.rates],
            "axisLabel": {"color": _INK, "fontSize": _SMALL, "hideOverlap": True, "interval": every - 1},
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
