"""`stop`: the embedded emulator."""

import click

from tailrace.cli.console import say
from tailrace.control import Emulator


@click.command()
def command() -> None:
    """Stop LocalStack and all that it started."""
    emulator = Emulator.from_environment()
    stopped = emulator.stop()
    say(f"The emulator on port {emulator.port} {'is stopped' if stopped else 'does not run'}")
