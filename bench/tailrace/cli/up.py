"""`up`: start the emulator, in Docker or embedded."""

from pathlib import Path

import click

from tailrace.cli import console, options
from tailrace.cli.console import say
from tailrace.compose import choice
from tailrace.control import Emulator


@click.command()
@options.via
def command(via: str) -> None:
    """Install what is missing and start the emulator; return when it is healthy."""
    up = choice.up(choice.wanted(via), Emulator.from_environment(), Path.cwd(), say)
    say(console.started(up.choice.endpoint, up.healthy_after))
