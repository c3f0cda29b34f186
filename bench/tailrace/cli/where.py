"""`where`: what the emulator runs in, and whose it is."""

import json
import os
from pathlib import Path

import click

from tailrace.cli.console import answer
from tailrace.compose import choice
from tailrace.control import Emulator


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, as_json: bool) -> None:
    """Say in one line what the emulator runs in, if it runs, and whose it is."""
    emulator = Emulator.from_environment()
    if as_json:
        answer(json.dumps({"endpoint": emulator.endpoint, "port": emulator.port, "where": where(emulator)}))
    else:
        answer(f"{'Emulator':<13} {where(emulator)}")


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
