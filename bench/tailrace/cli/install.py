"""`install`: all that the emulator needs, so that nothing is fetched later."""

from pathlib import Path

import click

from tailrace.cli.console import say
from tailrace.compose import choice
from tailrace.control import Emulator


@click.command()
@click.option(
    "--via", help="auto, docker or embedded: build the image instead, where that is what would run."
)
@click.option(
    "--runtime",
    "runtimes",
    multiple=True,
    metavar="NAME",
    help="A Lambda runtime to have beside python3.13, such as nodejs24.x; may be repeated.",
)
def command(via: str | None, runtimes: tuple[str, ...]) -> None:
    """Install what is missing."""
    emulator = Emulator.from_environment(runtimes)
    if via is None:
        emulator.installation.install(say)
    else:
        wanted = "docker" if via == choice.TESTS_ONLY else choice.wanted(via)
        choice.prepare(wanted, emulator, Path.cwd(), say)
