"""EMULATOR=testcontainers: the run's emulators are the image, in containers that testcontainers starts.

They are removed when the run has ended, however that was (`tailrace/testing/watchdog.py`).
"""

from tailrace.compose.choice import TESTS_ONLY
from tests.frame.run import Run


def wanted(run: Run) -> bool:
    """Tell whether the run's settings ask for a container."""
    return not run.on_aws and run.environ.get("EMULATOR") == TESTS_ONLY


def log(run: Run, name: str) -> str:
    """Return what the run's container of this name has logged."""
    from tailrace.testing import container  # noqa: PLC0415  a third of a second, for all other runs

    return container.log(run.emulators.owner, name)
