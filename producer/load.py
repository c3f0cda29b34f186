"""`make load`: generated events by more than one process, and what became of each of them.

All events are one generated event under ids of their own; they are looked for in the table of results.
"""

import os
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bootstrap import settings as pipeline
from bootstrap import stacks
from bootstrap.errors import UsageError
from bootstrap.program import guarded
from bootstrap.target import Target
from producer.generate import generated
from producer.settings import ProducerSettings
from tailrace.cli import main as tailrace


def main(environ: Mapping[str, str]) -> int:
    """Send what the settings ask for; return the exit code."""
    return guarded(lambda: _load(environ))


def _load(environ: Mapping[str, str]) -> int:
    settings = ProducerSettings.from_environment(environ)
    stack = pipeline.PipelineSettings.from_environment(environ)
    on_aws = pipeline.SETTINGS["TARGET"].read(environ) == "aws"
    if on_aws and settings.budget is None:
        raise UsageError("AWS bills each event: BUDGET= says how many dollars `make load` may cost at most.")
    if settings.budget is not None and not on_aws:
        raise UsageError("BUDGET is for TARGET=aws: an emulator costs nothing.")
    target = Target.from_environment(environ)
    found = stacks.find(target.client("cloudformation"), stack.stack)
    if found is None or found.status not in stacks.WHOLE:
        raise UsageError(f"There is no stack {stack.stack} here: `make up` deploys it.")
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "event.json"
        template.write_bytes(next(generated(0, datetime.now(UTC))).data)
        guard = [] if target.emulated else ["--account", target.account, "--budget", str(settings.budget)]
        stream = found.outputs["StreamName"]
        return tailrace(["load", stream, *guard, *words(settings, template, found.outputs)])


def words(settings: ProducerSettings, template: Path, outputs: Mapping[str, str]) -> list[str]:
    """Return the options of `tailrace load` that the settings mean."""
    options = {
        "--workers": settings.workers,
        "--count": settings.count,
        "--duration": settings.duration,
        "--rate": settings.rate or None,
        "--template": template,
        "--id": "eventId",
        "--table": outputs["TableName"],
        "--attribute": "eventId",
        "--settle": 600,
    }
    return [str(word) for option, value in options.items() if value is not None for word in (option, value)]


if __name__ == "__main__":
    sys.exit(main(os.environ))
