"""`up`: deploy the pipeline, and say what is there."""

import os
import time

from bootstrap.console import say
from bootstrap.deploy import deploy
from bootstrap.progress import shown
from bootstrap.settings import Settings
from bootstrap.target import Target


def run() -> int:
    """Do it; return the exit code."""
    began = time.monotonic()
    settings = Settings.from_environment(os.environ)
    target = Target.from_environment(os.environ)
    with shown() as progress:
        deployed = deploy(target, settings, progress)
    done = "deployed" if deployed.changed else "is as it should be"
    say(f"The stack {settings.stack} {done} ({time.monotonic() - began:.1f} s)")
    return 0
