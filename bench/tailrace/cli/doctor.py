"""`doctor`: what is missing or in the way, and the fix."""

import json
import os

import click

from tailrace import seams
from tailrace.cli.console import answer
from tailrace.compose import engine
from tailrace.compose.errors import EngineError
from tailrace.control import Emulator
from tailrace.control.doctor import Finding, examine


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.option("--names", is_flag=True, help="List the names of LocalStack that the bench replaces.")
def command(*, names: bool, as_json: bool) -> int:
    """Say what is missing or in the way, and the fix; exit code 1 if something blocks."""
    if names:
        names_there = [str(seam) for seam in seams.seams()]
        answer(json.dumps(names_there, indent=2) if as_json else "\n".join(names_there))
        return 0
    findings = [*examine(Emulator.from_environment()), docker()]
    if as_json:
        found = [{"what": one.what, "fix": one.fix, "blocks": one.blocks} for one in findings]
        answer(json.dumps(found, indent=2))
    for finding in findings if not as_json else ():
        answer(str(finding))
    return 1 if any(finding.blocks for finding in findings) else 0


def docker() -> Finding:
    """Look for a Docker engine."""
    try:
        there = engine.find(os.environ)
    except EngineError as none:
        return Finding(f"no Docker for the emulator ({none}): it runs embedded")
    what = f"Docker {there.version}, Compose {there.compose}"
    return Finding(f"{what}: the emulator runs there, unless EMULATOR=embedded")
