"""Projects that npm builds: for CloudFormation, the CDK and the Serverless Framework."""

from pathlib import Path
from typing import Any

import pytest

from tailrace.control import Installation
from tests.integration.examples import Example, keeps_its_promises, passes

pytestmark = pytest.mark.emulator_only

BY_NPM: dict[str, Any] = {"program": "npm", "installed": "node_modules", "lock": "package-lock.json"}
ALL = (
    Example("till", "nodejs24.x", 4, **BY_NPM),
    Example("lifts", "nodejs24.x", 9, quick="nothing_is_lost", **BY_NPM),
    Example("buoys", "python3.13", 9, quick="nothing_is_lost", **BY_NPM),
)


@pytest.mark.parametrize("example", ALL, ids=lambda one: one.folder)
def test_example(
    example: Example, python: Path, installation: Installation, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A project with its own functions, streams and deployer passes its tests, and leaves no emulator."""
    passes(example, python, installation, tmp_path, request)


@pytest.mark.long
@pytest.mark.parametrize("example", [one for one in ALL if one.quick], ids=lambda one: one.folder)
def test_every_promise_of(example: Example, python: Path, installation: Installation, tmp_path: Path) -> None:
    """A project that makes promises keeps each of them."""
    keeps_its_promises(example, python, installation, tmp_path)
