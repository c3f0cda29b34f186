"""`advance`: moves the emulator's time."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from tailrace import endpoint
from tailrace.cli.console import answer
from tailrace.moving import EmulatorClock, seconds_in


@click.command()
@click.argument("by", metavar="TIME")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; times in epoch seconds.")
def command(*, by: str, as_json: bool) -> None:
    """Move the emulator's time on, by 90s, 15m, 25h or 2d."""
    try:
        seconds = seconds_in(by)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    now = EmulatorClock(endpoint.meant(os.environ, Path.cwd()).url).advance(seconds)
    if as_json:
        answer(json.dumps({"now": now, "advanced": seconds}))
        return
    answer(f"It is {datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ} on the emulator, {by} later")
