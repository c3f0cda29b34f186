"""`quarantine`: the records in quarantine and the dead letters, and why. It takes nothing away."""

import os

from aftermath.failed_records import wanted
from aftermath.listing import letter_lines, quarantine_lines
from aftermath.pipeline import Pipeline
from aftermath.settings import AftermathSettings, filters
from bootstrap import settings as bootstrap
from bootstrap.commands import command
from bootstrap.console import say
from bootstrap.target import Target


def run() -> int:
    """List it; return the exit code."""
    settings = AftermathSettings.from_environment(os.environ)
    stack = bootstrap.PipelineSettings.from_environment(os.environ)
    pipeline = Pipeline.find(Target.from_environment(os.environ), stack)
    try:
        if settings.source in {"quarantine", "both"}:
            contents = pipeline.quarantined()
            chosen = [failed for failed in contents.records if wanted(failed, settings)]
            for line in quarantine_lines(contents, chosen):
                say(line)
        if settings.source in {"dead-letters", "both"}:
            for line in letter_lines(pipeline.letters()):
                say(line)
    finally:
        pipeline.show_again()
    replay = command("replay", os.environ, **filters(os.environ))
    say(f"Nothing was taken away. What a replay would send again: {replay}", whole=True)
    return 0
