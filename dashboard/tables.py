"""What a page says in HTML: tables, lists, figures. Pure; whatever comes from events is escaped here."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape

from dashboard.charts import kinds_by_bar, label
from dashboard.counted import Keyed, Number
from dashboard.view import Alarm, DashboardView, Mark

NONE = "\N{EN DASH}"
_STATES = {"OK": "ok", "ALARM": "alarm", "INSUFFICIENT_DATA": "unknown"}
_SAID = {"OK": "OK", "ALARM": "ALARM", "INSUFFICIENT_DATA": "no data yet"}
_WORDS = re.compile(r"(?<=[a-zA-Z])(?=[A-Z][a-z])")
"""Where a word of an alarm's name begins: DynamoDB|Throttling."""
_WIDEST = 1_000_000
"""From here on a number has no room for a fraction."""


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the first cell of a row is its heading."""
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(f'<tr><th scope="row">{escape(first)}</th>{_cells(cells)}</tr>' for first, *cells in rows)
    return f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"


def _cells(cells: Iterable[str]) -> str:
    return "".join(f"<td>{escape(cell)}</td>" for cell in cells)


def _head(view: DashboardView) -> str:
    return "Minute (UTC)" if view.shown.step == 1 else f"{view.shown.step} minutes from (UTC)"


def rates(view: DashboardView) -> str:
    """Return the table behind the chart of rates, the newest bar first."""
    kinds = kinds_by_bar(view)
    names = [name for name, _ in view.values]
    rows = [
        (
            label(rate.at),
            *(f"{rate.by_value.get(name, 0):,.2f}" for name in names),
            ", ".join(kinds.get(label(rate.at), ())),
        )
        for rate in reversed(view.rates)
    ]
    return table("Events a second", (_head(view), *names, "Unusual"), rows)


def number(view: DashboardView, one: Number) -> str:
    """Return the table behind the charts of a total, the newest bar first."""
    means = one.means or [None] * len(one.sums)
    triples = zip(view.rates, one.sums, means, strict=True)
    rows = [
        (label(rate.at), plain(total), *([NONE if mean is None else plain(mean)] if one.means else []))
        for rate, total, mean in reversed(list(triples))
    ]
    return table(one.said, (_head(view), "Sum", *(["Mean"] if one.means else [])), rows)


def lag(view: DashboardView) -> str:
    """Return the table behind the chart of lag."""
    triples = zip(view.rates, view.lag, view.longest_lag, strict=True)
    rows = [
        (label(rate.at), NONE if mean is None else f"{mean / 1000:.2f} s", f"{longest / 1000:.2f} s")
        for rate, mean, longest in reversed(list(triples))
    ]
    return table("Lag", (_head(view), "Mean", "All below"), rows)


def legend(view: DashboardView) -> str:
    """Return the values of the first dimension with their colours and their events."""
    return "".join(
        f'<li data-value="{escape(name)}">{swatch(view.colours[name])}'
        f"<span>{escape(name)}</span> <b>{count:,}</b></li>"
        for name, count in view.values
    )


def swatch(colour: str) -> str:
    """Return a square of a colour."""
    return f'<span class="swatch" style="background:{colour}"></span>'


def ranked(one: Keyed) -> str:
    """Return names with their sums as bars, the largest as long as the row."""
    longest = max((abs(value) for _, value in one.top), default=0) or 1
    rows = "".join(
        f'<tr data-name="{escape(name)}">'
        f'<th scope="row"><span title="{escape(name)}">{escape(name)}</span></th>'
        f'<td class="bar"><i style="width:{100 * abs(value) / longest:.1f}%"></i></td>'
        f"<td>{plain(value)}</td></tr>"
        for name, value in one.top
    )
    return f"<caption>{escape(one.said)}</caption><tbody>{rows}</tbody>"


def distribution(one: Number) -> str:
    """Return what stands beside a total's sum: how its single values are distributed."""
    if one.values is None:
        return ""
    found = one.values
    values = "1 value" if found.number == 1 else f"{found.number:,} values"
    return f"mean <b>{plain(found.mean)}</b> \N{PLUS-MINUS SIGN} {plain(found.deviation)}, {values}"


def alarms(found: Sequence[Alarm], stack: str) -> str:
    """Return the alarms with their states; the stack's name in front of each is left out."""
    if not found:
        return "<li>none are deployed</li>"
    return "".join(
        f'<li class="{_STATES.get(alarm.state, "unknown")}" data-alarm="{escape(alarm.name)}">'
        f"<span>{escape(_short(alarm.name, stack))}</span>"
        f"<b>{escape(_SAID.get(alarm.state, alarm.state))}</b></li>"
        for alarm in found
    )


def _short(name: str, stack: str) -> str:
    first, *words = _WORDS.sub(" ", name.removeprefix(f"{stack}-").removeprefix("Kinesis")).split()
    return " ".join([first, *(word.lower() for word in words)])


def anomalies(view: DashboardView) -> str:
    """Return the anomalies in words, the newest first."""
    if not view.rest.marks:
        return f"<li>none in the {view.shown.said}</li>"
    return "".join(
        f"<li><b>{escape(mark.kind)}</b> <time>{_span(mark)}</time> "
        f"<span>{escape(mark.series)}: {mark.seen:,.0f} seen, {mark.expected:,.0f} expected</span></li>"
        for mark in sorted(view.rest.marks, reverse=True)
    )


def _span(mark: Mark) -> str:
    return label(mark.at) if mark.end <= mark.at else f"{label(mark.at)} to {label(mark.end)}"


def seconds(milliseconds: float) -> str:
    """Return a time as people say it."""
    return f"{milliseconds:,.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:,.1f} s"  # noqa: PLR2004


def plain(value: float | Decimal) -> str:
    """Return a number in the room that a tile has: whole ones without a fraction, large ones too.

    >>> plain(12), plain(Decimal("410.5")), plain(16096388.25), plain(0.0042)
    ('12', '410.50', '16,096,388', '0.0042')
    """
    size = abs(float(value))
    if value == int(value) or size >= _WIDEST:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if size >= 1 else f"{value:.2g}"
