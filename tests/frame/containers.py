"""EMULATOR=testcontainers: the emulator that the tests share is the image, in the run's own container."""

import pytest

from tailrace_emulator.testing.plugin import KEEPING
from tests.frame.run import Run

WRAPPER = "testcontainers"


def wanted(run: Run) -> bool:
    """Tell whether the run's settings ask for a container."""
    return not run.on_aws and run.environ.get("EMULATOR") == WRAPPER


def endpoint(config: pytest.Config) -> str:
    """Return where the run's container answers; the first worker to ask starts it.

    It is removed when the run has ended, however that was (`tailrace_emulator/testing/keeper.py`).
    """
    return config.stash[KEEPING].started(WRAPPER)
