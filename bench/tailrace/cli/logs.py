"""`logs`: the end of the emulator's log."""

import os
from pathlib import Path

import click

from tailrace.cli.console import answer
from tailrace.compose import choice
from tailrace.control import Emulator


@click.command()
@click.option("--lines", default=100, show_default=True, help="How many lines.")
def command(lines: int) -> None:
    """Print the end of the log of the emulator that runs, or ran last."""
    emulator = Emulator.from_environment()
    here = os.environ
    container = None if emulator.process() else choice.reachable(emulator.port, Path.cwd(), here)
    answer((container.log(lines) if container else "") or emulator.tail(lines))
