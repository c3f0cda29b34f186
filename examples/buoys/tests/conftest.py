"""The stack of the buoys, deployed as its users do."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tailrace.testing.bench import Bench

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session", autouse=True)
def deployed(tailrace: Bench) -> Iterator[None]:
    """Deploy the stack, and remove it."""
    for command in ("deploy", "remove"):
        done = subprocess.run(
            [str(ROOT / "deploy.sh"), command],
            env={**os.environ, **tailrace.environ},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        if command == "deploy":
            yield
