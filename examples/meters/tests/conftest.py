"""The meters, on the emulator that the plugin gives."""

import subprocess

import deploy
import pytest

from tailrace.testing.bench import Bench


@pytest.fixture(scope="session")
def deployed(tailrace: Bench, request: pytest.FixtureRequest) -> deploy.Deployed:
    """Build the function, and deploy all that it needs."""
    subprocess.run([request.config.rootpath / "build.sh"], check=True)
    return deploy.deploy(tailrace.aws)
