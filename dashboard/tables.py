"""What a page says in HTML: tables, lists, figures. Pure; whatever comes from events is escaped here."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape

from dashboard.charts import colours, kinds_by_minute, label
from dashboard.view import Alarm, Counts, Mark, View

NONE = "\N{EN DASH}"
_STATES = {"OK": "ok", "ALARM": "alarm", "INSUFFICIENT_DATA": "unknown"}
_SAID = {"OK": "OK", "ALARM": "ALARM", "INSUFFICIENT_DATA": "no data yet"}
_WORDS = re.compile(r"(?<=[a-zA-Z])(?=[A-Z][a-z])")
"""Where a word of an alarm's name begins: DynamoDB|Throttling."""
_WELL = {"OK", "No records processed", ""}


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the first cell of a row is its heading."""
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(f'<tr><th scope="row">{escape(first)}</th>{_cells(cells)}</tr>' for first, *cells in rows)
    return f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"


def _cells(cells: Iterable[str]) -> str:
    return "".join(f"<td>{escape(cell)}</td>" for cell in cells)


def rates(view: View) -> str:
    """Return the table behind the chart of rates, the newest minute first."""
    kinds = kinds_by_minute(view)
    names = [name for name, _ in view.types]
    rows = [
        (
            label(rate.at),
            *(f"{rate.by_type.get(name, 0):,.2f}" for name in names),
            ", ".join(kinds.get(label(rate.at), ())),
        )
        for rate in reversed(view.rates)
    ]
    return table("Events a second by type", ("Minute (UTC)", *names, "Unusual"), rows)


def revenue(view: View) -> str:
    """Return the table behind the chart of revenue."""
    rows = [
        (label(rate.at), f"{value:,.2f}")
        for rate, value in zip(reversed(view.rates), reversed(view.revenue), strict=True)
    ]
    return table("Revenue of each minute", ("Minute (UTC)", "Revenue"), rows)


def lag(view: View) -> str:
    """Return the table behind the chart of lag."""
    triples = zip(view.rates, view.lag, view.longest_lag, strict=True)
    rows = [
        (label(rate.at), NONE if mean is None else f"{mean / 1000:.2f} s", f"{longest / 1000:.2f} s")
        for rate, mean, longest in reversed(list(triples))
    ]
    return table("Lag of each minute", ("Minute (UTC)", "Mean", "All below"), rows)


def legend(view: View) -> str:
    """Return the types with their colours and their events of the hour."""
    colour = colours(view.types)
    return "".join(
        f'<li data-type="{escape(name)}"><span class="swatch" style="background:{colour[name]}"></span>'
        f"<span>{escape(name)}</span> <b>{count:,}</b></li>"
        for name, count in view.types
    )


def ranked(caption: str, counts: Counts) -> str:
    """Return names with their counts as bars, the largest as long as the row."""
    if not counts:
        return f"<caption>{escape(caption)}</caption><tbody><tr><td>none in the last hour</td></tr></tbody>"
    longest = max(count for _, count in counts) or 1
    rows = "".join(
        f'<tr data-name="{escape(name)}">'
        f'<th scope="row"><span title="{escape(name)}">{escape(name)}</span></th>'
        f'<td class="bar"><i style="width:{100 * count / longest:.1f}%"></i></td><td>{count:,}</td></tr>'
        for name, count in counts
    )
    return f"<caption>{escape(caption)}</caption><tbody>{rows}</tbody>"


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


def anomalies(marks: Sequence[Mark]) -> str:
    """Return the anomalies in words, the newest first."""
    if not marks:
        return "<li>none in the last hour</li>"
    return "".join(
        f"<li><b>{escape(mark.kind)}</b> <time>{_span(mark)}</time> "
        f"<span>{escape(mark.series)}: {mark.seen:,.0f} seen, {mark.expected:,.0f} expected</span></li>"
        for mark in sorted(marks, reverse=True)
    )


def _span(mark: Mark) -> str:
    return label(mark.at) if mark.end <= mark.at else f"{label(mark.at)} to {label(mark.end)}"


def seconds(milliseconds: float) -> str:
    """Return a time as people say it."""
    return f"{milliseconds:,.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:,.1f} s"  # noqa: PLR2004


def money(taken: Decimal) -> str:
    """Return an amount in the room that a tile has: from a million on without cents."""
    return f"{taken:,.2f}" if taken < 1_000_000 else f"{taken:,.0f}"  # noqa: PLR2004


def figures(view: View) -> dict[str, tuple[str, str, bool]]:
    """Return each tile's figure, what stands below it, and whether it is as it should be."""
    rest, lag_now = view.rest, view.last_lag
    return {
        "Events": (f"{view.events:,}", f"{view.newest:,} in this minute", True),
        "Revenue": (money(view.taken), f"{view.purchases:,} purchases", True),
        "Lag": (
            (seconds(lag_now[0]), f"all below {seconds(lag_now[1])}", True)
            if lag_now
            else (NONE, "no events", True)
        ),
        "Quarantine": (
            f"{rest.quarantined:,}",
            f"{view.rejected:,} rejected this hour",
            not rest.quarantined,
        ),
        "Dead letters": (f"{rest.dead_letters:,}", "batches that failed", not rest.dead_letters),
        "Mapping": (
            rest.mapping.state or NONE,
            rest.mapping.result,
            rest.mapping.state in {"", "Enabled"} and rest.mapping.result in _WELL,
        ),
    }
