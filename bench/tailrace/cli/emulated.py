"""The emulator that a verb talks to."""

import os
from pathlib import Path

from tailrace import endpoint
from tailrace.testing.clients import Aws


def aws() -> Aws:
    """Return what makes clients of the emulator that the settings mean, and of nothing else."""
    return Aws(endpoint.meant(os.environ, Path.cwd()).url, endpoint.region(os.environ))
