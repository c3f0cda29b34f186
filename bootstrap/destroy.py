"""`destroy`: remove the stack with all that belongs to it, the code's bucket too, whatever state it is in.

Only what carries the stack's own tag is touched. What is gone already is no error: it may be run again.
"""

import os
from collections.abc import Callable

from bootstrap import artifacts, stacks
from bootstrap.console import say
from bootstrap.progress import shown
from bootstrap.settings import PipelineSettings
from bootstrap.stacks import PollingPace, StackStep
from bootstrap.switch import agree
from bootstrap.target import Target


def destroy(target: Target, name: str, show: Callable[[StackStep], None]) -> bool:
    """Remove the stack and the bucket; tell whether there was anything to remove."""
    cloudformation = target.client("cloudformation")
    pace = PollingPace.of(target)
    stack = stacks.settled(cloudformation, name, pace, show)
    if stack:
        stacks.remove(cloudformation, stack, pace, show)
    emptied = artifacts.remove(target.client("s3"), artifacts.bucket_name(target, name), name)
    return stack is not None or emptied


def run() -> int:
    """Do it for the stack that the settings name; return the exit code."""
    settings = PipelineSettings.from_environment(os.environ)
    target = Target.from_environment(os.environ)
    agree(target, settings, "destroy the pipeline with all that it holds")
    with shown() as progress:
        removed = destroy(target, settings.stack, progress)
    said = "is removed, with its code's bucket" if removed else "is not there: nothing to remove"
    say(f"The stack {settings.stack} {said}")
    return 0
