"""`redeliver`: all that the stream holds is delivered once more; nothing is stored or counted twice then."""

import os

from aftermath.pipeline import Pipeline
from aftermath.settings import AftermathSettings
from bootstrap import settings as bootstrap
from bootstrap.console import say
from bootstrap.errors import UsageError
from bootstrap.target import Target
from tailrace.cli.words import plural
from tailrace.story.errors import StoryError
from tailrace.story.mappings import find
from tailrace.story.redelivering import redeliver

WITHIN = 600
"""Seconds that one redelivery may take."""


def run() -> int:
    """Do it; return the exit code."""
    settings = AftermathSettings.from_environment(os.environ)
    stack = bootstrap.PipelineSettings.from_environment(os.environ)
    target = Target.from_environment(os.environ)
    pipeline = Pipeline.find(target, stack)
    if target.endpoint is None:
        raise UsageError("Only an emulator delivers in place once more: on AWS make the mapping anew.")
    try:
        mapping = find(target.client("lambda"), pipeline.stack.outputs["MappingId"])
        for time in range(1, settings.times + 1):
            records = redeliver(target.endpoint, mapping, WITHIN)
            say(f"Delivered once more ({time} of {settings.times}): {plural(records, 'record')}")
    except StoryError as error:
        raise UsageError(str(error)) from None
    return 0
