"""The emulator that a verb talks to."""

import os
from pathlib import Path

from tailrace import endpoint
from tailrace.testing.clients import REGION, Aws


def aws() -> Aws:
    """Return what makes clients of the emulator that the settings mean, and of nothing else."""
    return Aws(endpoint.meant(os.environ, Path.cwd()).url, os.environ.get("AWS_REGION") or REGION)
