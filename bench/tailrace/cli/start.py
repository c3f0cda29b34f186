"""`start`: the embedded emulator, as it is installed."""

import time

import click

from tailrace.cli import console, options
from tailrace.cli.console import say
from tailrace.control import Emulator


@click.command()
@options.variables
def command(variables: dict[str, str]) -> None:
    """Start LocalStack; return when it is healthy."""
    emulator, began = Emulator.from_environment(), time.monotonic()
    started = emulator.start(variables)
    say(console.started(emulator.endpoint, time.monotonic() - began if started else None))
