"""The verdict: one row for each trial of a promise; as a table, as JSON, and as a page."""

import html
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

KEPT, BROKEN, NOT_SHOWN, NOT_PROMISED = "kept", "BROKEN", "not shown", "not promised"
PROPERTY = "tailrace.promise"
"""The name by which a test's report carries its rows: JUnit has them as properties."""
SHOWN = 3
"""Stories of one trial that are shown."""


@dataclass(frozen=True)
class Row:
    """One trial of a promise. `faults` is how often one happened; None where none was asked for."""

    suite: str
    promise: str
    trial: str
    verdict: str
    events: int = 0
    faults: int | None = None
    seconds: float = 0.0
    why: str = ""
    broken: int = 0
    stories: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, text: str) -> "Row":
        """Read what `text` wrote."""
        found: dict[str, Any] = json.loads(text)
        return cls(**{**found, "stories": tuple(found["stories"])})

    @property
    def text(self) -> str:
        """The row as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Give the lines of the table: suite by suite, promise by promise."""
    width = max((len(row.trial) for row in rows), default=0)
    suite = promise = None
    for row in rows:
        if row.suite != suite:
            suite, promise = row.suite, None
            yield f"{suite}"
        if row.promise != promise:
            promise = row.promise
            yield f"  {promise}"
        fired = "" if row.faults is None else f"{row.faults} faults"
        line = (
            f"    {row.trial:<{width}}  {row.verdict:<12}  {row.events:>5} events  {fired:>10}"
            f"  {row.seconds:5.1f} s  {row.why}"
        )
        yield line.rstrip()


def beside(rows: Sequence[Row]) -> Iterator[str]:
    """Give the lines of a table with a column for each suite, where there are several."""
    suites = list(dict.fromkeys(row.suite for row in rows))
    promises = list(dict.fromkeys(row.promise for row in rows))
    if len(suites) < 2:  # noqa: PLR2004  nothing stands beside it
        return
    first, width = max(map(len, promises)), max(16, *map(len, suites))
    yield f"{'':<{first}}  {'  '.join(f'{suite:<{width}}' for suite in suites)}".rstrip()
    for promise in promises:
        cells = [
            _cell([row for row in rows if (row.suite, row.promise) == (suite, promise)]) for suite in suites
        ]
        yield f"{promise:<{first}}  {'  '.join(f'{cell:<{width}}' for cell in cells)}".rstrip()


def _cell(rows: Sequence[Row]) -> str:
    """Say how the trials of one promise went: the worst verdict, and how many had it."""
    for verdict in (BROKEN, NOT_SHOWN, NOT_PROMISED):
        if number := sum(row.verdict == verdict for row in rows):
            return verdict if verdict == NOT_PROMISED else f"{verdict} {number} of {len(rows)}"
    return f"{KEPT} {len(rows)} of {len(rows)}" if rows else "not tried"


def summary(rows: Sequence[Row]) -> str:
    """Say in a sentence how it went, for each suite."""
    suites = dict.fromkeys(row.suite for row in rows)
    if len(suites) > 1:
        each = {suite: summary([row for row in rows if row.suite == suite]) for suite in suites}
        return "\n".join(f"{suite}: {text}" for suite, text in each.items())
    broken = sorted({row.promise for row in rows if row.verdict == BROKEN})
    kept = {row.promise for row in rows if row.verdict == KEPT} - set(broken)
    seconds = sum(row.seconds for row in rows)
    promises = "promise" if len(kept) == 1 else "promises"
    said = f"{len(kept)} {promises} kept, {len(broken)} broken, in {len(rows)} trials, {seconds:.0f} s"
    return f"{said}: {'; '.join(broken)}" if broken else said


def write(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write `promises.json` and `promises.html` into a folder that git passes over; return both."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    files = [folder / "promises.json", folder / "promises.html"]
    said = {"summary": summary(rows), "rows": [asdict(row) for row in rows]}
    files[0].write_text(json.dumps(said, indent=2, ensure_ascii=False), encoding="utf-8")
    files[1].write_text(page(rows), encoding="utf-8")
    return files


def page(rows: Sequence[Row]) -> str:
    """Return the page: the table, each broken promise with its stories."""
    return _PAGE.format(summary=html.escape(summary(rows)), rows="".join(_page_rows(rows)))


def _page_rows(rows: Sequence[Row]) -> Iterator[str]:
    seen: tuple[str, str] | None = None
    for row in rows:
        if (row.suite, row.promise) != seen:
            seen = (row.suite, row.promise)
            title = html.escape(f"{row.suite}: {row.promise}")
            yield f'<tr class="promise"><th colspan="6">{title}</th></tr>'
        kind = row.verdict.lower().replace(" ", "-")
        faults = "" if row.faults is None else str(row.faults)
        yield (
            f'<tr class="{kind}"><td>{html.escape(row.trial)}</td><td class="verdict">{row.verdict}</td>'
            f"<td>{row.events}</td><td>{faults}</td><td>{row.seconds:.1f}</td><td>{html.escape(row.why)}"
        )
        if row.stories:
            said = html.escape("\n\n".join(row.stories))
            yield f"<details open><summary>{row.broken} events</summary><pre>{said}</pre></details>"
        yield "</td></tr>\n"


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Promises</title>
<style>
:root {{ color-scheme: light dark; --line: #8884; --good: #18794e; --bad: #c62a2f; }}
@media (prefers-color-scheme: dark) {{ :root {{ --good: #4cc38a; --bad: #ff6369; }} }}
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 78rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .35rem .7rem; }}
th, td {{ border-bottom: 1px solid var(--line); }}
td:nth-child(3), td:nth-child(4), td:nth-child(5) {{ text-align: right; font-variant-numeric: tabular-nums; }}
.promise th {{ padding-top: 1.4rem; font-size: 1.05rem; }}
.verdict {{ font-weight: 600; white-space: nowrap; }}
.kept .verdict {{ color: var(--good); }}
.broken .verdict, .not-shown .verdict {{ color: var(--bad); }}
.summary {{ white-space: pre-line; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; font-size: 13px; margin: .4rem 0; }}
</style>
<h1>Promises</h1>
<p class="summary">{summary}</p>
<table>
<thead><tr><th>Trial</th><th>Verdict</th><th>Events</th><th>Faults</th><th>Seconds</th><th>Why</th></tr></thead>
<tbody>
{rows}</tbody>
</table>
</html>
"""
