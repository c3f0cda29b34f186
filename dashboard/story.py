"""An event's story for the page: what `make trace` tells, as text."""

import os

from botocore.exceptions import BotoCoreError, ClientError

from aftermath.pipeline import Pipeline
from aftermath.story import EventTracer
from aftermath.trace import story_lines
from bootstrap.console import shown
from bootstrap.errors import TailraceError
from bootstrap.settings import PipelineSettings
from bootstrap.target import Target

LONGEST = 200
"""Characters of what is asked for."""


def text_of(target: Target, event: str) -> str:
    """Return the story of an event by its eventId or its record's sequence number; what fails is said."""
    name = event.strip()
    if not name:
        return "Name an event: its eventId, or its record's sequence number."
    if len(name) > LONGEST:
        return f"At most {LONGEST} characters can be asked for here: `make trace EVENT=` takes longer ones."
    try:
        return _text_of(Pipeline.find(target, PipelineSettings.from_environment(os.environ)), name)
    except TailraceError as error:
        return str(error)
    except (BotoCoreError, ClientError) as error:
        return f"It could not be told: {error}"


def _text_of(pipeline: Pipeline, name: str) -> str:
    try:
        stories = EventTracer(pipeline).trace(name, None)
    finally:
        pipeline.show_again()
    lines = [line for story in stories for line in story_lines(story, pipeline)]
    if not lines:
        lines = [
            "No trace of it: not in the results, not in quarantine, not in a dead letter, and not among what",
            "arrived in the last minutes. `make trace EVENT=… SINCE=…` looks further back.",
        ]
    return "\n".join([f"Event {shown(name)}", *lines])
