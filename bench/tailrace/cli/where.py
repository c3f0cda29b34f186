"""`where`: what the emulator runs in, and whose it is."""

import os
from pathlib import Path

import click

from tailrace.cli.console import answer
from tailrace.compose import choice
from tailrace.control import Emulator


@click.command()
def command() -> None:
    """Say in one line what the emulator runs in, if it runs, and whose it is."""
    answer(f"{'Emulator':<13} {where(Emulator.from_environment())}")


def where(emulator: Emulator) -> str:
    """Describe what runs on the emulator's port."""
    if process := emulator.process():
        return f"embedded, process {process.pid}, log {emulator.log}"
    if who := choice.stranger(emulator, Path.cwd()):
        return f"not this project's own: on port {emulator.port} answers {who}"
    container = choice.reachable(emulator.port, Path.cwd(), os.environ)
    found = container.find() if container else None
    if container and found and found.running:
        return f"in Docker {container.engine.version}, container {found.name}"
    return f"does not run on port {emulator.port}"
