"""`down`: stop the emulator, wherever it runs."""

import os
from pathlib import Path

import click

from tailrace.cli.console import say
from tailrace.compose import choice, image
from tailrace.control import Emulator


@click.command()
@click.option("--image", "and_image", is_flag=True, help="Remove the image too.")
def command(*, and_image: bool) -> None:
    """Stop the emulator, whichever runs: in Docker or embedded."""
    emulator = Emulator.from_environment()
    container = choice.reachable(emulator.port, Path.cwd(), os.environ)
    removed = container is not None and container.down()
    stopped = emulator.stop()
    if removed:
        say(f"The emulator in Docker on port {emulator.port} is removed")
    if stopped or not removed:
        say(f"The emulator on port {emulator.port} {'is stopped' if stopped else 'does not run'}")
    if and_image and container is not None:
        image.remove(container.engine)
