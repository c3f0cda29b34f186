"""`watch`: all mappings, live."""

import json
import sys
import time
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table

from tailrace.cli.console import answer
from tailrace.cli.emulated import aws
from tailrace.cli.words import plural
from tailrace.moving import now
from tailrace.story.places import MakeClient
from tailrace.story.watching import Watched, look
from tailrace.stream.tally import printable

NONE = "There is no mapping of a Kinesis stream here."
COLUMNS = ("Stream", "Function", "State", "Lag", "Batches/s", "Last result", "Dead letters")
BAD = ("PROBLEM", "Disab")


@click.command()
@click.option("--once", is_flag=True, help="Look once, and end.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each mapping and look.")
@click.option(
    "--every", type=click.FloatRange(0.1, 3600), default=1.0, show_default=True, help="Seconds between looks."
)
def command(*, once: bool, as_json: bool, every: float) -> int:
    """Show the mappings of all Kinesis streams: state, lag, last result and why, batches, dead letters.

    In a terminal it is one table that changes, until Ctrl-C; in a pipe a line for each mapping and look. The
    lag is how many records are not settled yet, and how long ago the oldest of them arrived.
    """
    make = aws()
    see = Sight(make.endpoint, cache(make))
    try:
        if once or as_json or not sys.stdout.isatty():
            lines(see, every, once=once, as_json=as_json)
        else:
            live(see, every)
    except KeyboardInterrupt:
        return 0
    return 0


class Sight(NamedTuple):
    """Where mappings are looked at."""

    endpoint: str
    client: MakeClient

    def __call__(self) -> list[Watched]:
        """Look at all mappings."""
        return list(look(self.endpoint, self.client))


def lines(see: Sight, every: float, *, once: bool, as_json: bool) -> None:
    """Print what each look sees, line by line."""
    while True:
        found, at = see(), now(see.endpoint)
        if once and not as_json and sys.stdout.isatty():
            Console().print(table(found) if found else NONE)
        else:
            for one in found:
                answer(json.dumps(one.described(at)) if as_json else "  ".join(cells(one)))
            if not found and not as_json:
                answer(NONE)
        sys.stdout.flush()
        if once:
            return
        time.sleep(every)


def live(see: Sight, every: float) -> None:
    """Show a table that changes."""
    with Live(console=Console(), auto_refresh=False, screen=False) as shown:
        while True:
            found = see()
            shown.update(table(found) if found else NONE, refresh=True)
            time.sleep(every)


def table(found: Sequence[Watched]) -> Table:
    """Draw it; what needs attention is red."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for name in COLUMNS:
        drawn.add_column(name, justify="right" if name == "Batches/s" else "left", overflow="fold")
    for one in found:
        bad = one.mapping.result.startswith(BAD) or bool(one.reason) or bool(one.dead_letters)
        drawn.add_row(*cells(one), style="red" if bad else "")
    return drawn


def cells(one: Watched) -> list[str]:
    """Say what is known of a mapping."""
    result = one.mapping.result or "no invocation yet"
    if one.reason:
        result += f" ({printable(one.reason, 100)})"
    return [
        one.mapping.stream,
        one.mapping.function,
        one.mapping.state,
        lag(one),
        "-" if one.per_second is None else f"{one.per_second:.1f}",
        result,
        letters(one),
    ]


def lag(one: Watched) -> str:
    """Say how far a mapping is behind."""
    if one.behind is None or one.seconds is None:
        return "-"
    return f"{plural(one.behind, 'record')}, {one.seconds:.1f} s" if one.behind else "0"


def letters(one: Watched) -> str:
    """Say what a mapping gave up: messages that wait, or records where it has no destination."""
    if one.dead_letters is not None:
        return f"{one.dead_letters:,}"
    return f"no destination, {plural(one.given_up, 'record')} dropped" if one.given_up else "-"
