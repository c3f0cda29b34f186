"""`where`: what the emulator runs in, and whose it is."""

import json
import os
from pathlib import Path
from typing import Literal

import click

from tailrace.cli.console import answer
from tailrace.compose import choice
from tailrace.control import Emulator

type Runs = Literal["embedded", "docker", "another", "nothing"]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, as_json: bool) -> None:
    """Say in one line what the emulator runs in, if it runs, and whose it is."""
    emulator = Emulator.from_environment()
    runs, text = where(emulator)
    if as_json:
        found = {"endpoint": emulator.endpoint, "port": emulator.port, "runs": runs, "where": text}
        answer(json.dumps(found))
    else:
        answer(f"{'Emulator':<13} {text}")


def where(emulator: Emulator) -> tuple[Runs, str]:
    """Describe what runs on the emulator's port: in a word, and for people."""
    if process := emulator.process():
        return "embedded", f"embedded, process {process.pid}, log {emulator.log}"
    if who := choice.stranger(emulator, Path.cwd()):
        return "another", f"not this project's own: on port {emulator.port} answers {who}"
    container = choice.reachable(emulator.port, Path.cwd(), os.environ)
    found = container.find() if container else None
    if container and found and found.running:
        return "docker", f"in Docker {container.engine.version}, container {found.name}"
    return "nothing", f"does not run on port {emulator.port}"
