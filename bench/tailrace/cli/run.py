"""`run`: LocalStack in the foreground."""

import click

from tailrace.cli import options
from tailrace.control import Emulator


@click.command()
@options.variables
def command(variables: dict[str, str]) -> None:
    """Run LocalStack in the foreground until SIGTERM or Ctrl-C, as a container does."""
    Emulator.from_environment().become(variables)
