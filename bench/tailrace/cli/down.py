"""`down`: stop the emulator, wherever it runs."""

import os
from pathlib import Path

import click

from tailrace.cli.console import say
from tailrace.compose import container, engine, image
from tailrace.compose.errors import EngineError
from tailrace.control import Emulator


@click.command()
@click.option("--all", "every", is_flag=True, help="On every port, whatever is started from this folder.")
@click.option("--image", "and_image", is_flag=True, help="Remove the image too.")
def command(*, every: bool, and_image: bool) -> None:
    """Stop the emulator, whichever runs: in Docker or embedded."""
    emulator = Emulator.from_environment()
    try:
        there = engine.find(os.environ)
    except EngineError:
        there = None
    stopped = [emulator.port] if _stop(emulator, there) else []
    if every:
        others = {port for port, _ in emulator.installation.running()}
        others |= set(container.ports(there, Path.cwd())) if there else set()
        stopped += [port for port in sorted(others) if _stop(Emulator(emulator.installation, port), there)]
    if not stopped:
        say(f"The emulator on port {emulator.port} does not run")
    if and_image and there:
        image.remove(there)


def _stop(emulator: Emulator, there: engine.DockerEngine | None) -> bool:
    """Stop what runs on a port, say so, and tell whether anything did."""
    removed = there is not None and container.Container(there, emulator.port, Path.cwd()).down()
    stopped = emulator.stop()
    if removed:
        say(f"The emulator in Docker on port {emulator.port} is removed")
    if stopped:
        say(f"The emulator on port {emulator.port} is stopped")
    return removed or stopped
