"""`where`: what the emulator runs in."""

import os
from pathlib import Path

import click

from tailrace.cli.console import answer
from tailrace.compose import choice
from tailrace.control import Emulator


@click.command()
def command() -> None:
    """Say in one line what the emulator runs in, if it runs."""
    emulator = Emulator.from_environment()
    process = emulator.process()
    container = None if process else choice.reachable(emulator.port, Path.cwd(), os.environ)
    found = container.find() if container else None
    if process:
        answer(f"{'Emulator':<13} embedded, process {process.pid}, log {emulator.log}")
    elif container and found and found.running:
        answer(f"{'Emulator':<13} in Docker {container.engine.version}, container {found.name}")
    else:
        answer(f"{'Emulator':<13} does not run on port {emulator.port}")
