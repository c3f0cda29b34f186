"""`up`: start the emulator, in Docker or embedded."""

import json
from pathlib import Path

import click

from tailrace.cli import console, options
from tailrace.cli.console import answer, say
from tailrace.compose import choice
from tailrace.control import Emulator


@click.command()
@options.via
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, via: str, as_json: bool) -> None:
    """Install what is missing and start the emulator; return when it is healthy."""
    up = choice.up(choice.wanted(via), Emulator.from_environment(), Path.cwd(), say)
    say(console.started(up.choice.endpoint, up.healthy_after))
    if as_json:
        answer(json.dumps({"endpoint": up.choice.endpoint, "healthyAfter": up.healthy_after}))
