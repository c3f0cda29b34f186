"""`status`: of the embedded emulator."""

import json
import os

import click

from tailrace.cli.console import answer
from tailrace.control import Emulator
from tailrace.control.errors import EmulatorError
from tailrace.dynamodb.listing import tables
from tailrace.endpoint import HOST, region
from tailrace.functions.listing import without_effect


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def command(*, as_json: bool) -> int:
    """Say whether the emulator runs; the exit code is 0 only if it does."""
    emulator = Emulator.from_environment()
    now = emulator.status()
    loaded = sorted(name for name, state in now.services.items() if state == "running")
    if as_json:
        what = {"state": now.state, "endpoint": now.endpoint, "pid": now.pid, "log": str(now.log)}
        answer(json.dumps({**what, "services": loaded}))
    else:
        process = f" (process {now.pid}, log {now.log})" if now.pid else ""
        answer(f"{now.state} {now.endpoint}{process}")
        if loaded:
            answer(f"services: {' '.join(loaded)}")
        for line in _tables(emulator) if "dynamodb" in loaded else ():
            answer(line)
        for line in _without_effect(emulator) if now.state == "running" else ():
            answer(f"kept, without effect here: {line}")
    return 0 if now.state == "running" else 1


def _tables(emulator: Emulator) -> list[str]:
    try:
        return tables(emulator.endpoint)
    except EmulatorError as error:
        return [str(error)]


def _without_effect(emulator: Emulator) -> list[str]:
    return without_effect(HOST, emulator.port, region(os.environ))
