"""Projects of other shapes: for the AWS CLI, CloudFormation and SAM, in Python and another language."""

from pathlib import Path

import pytest

from tailrace.control import Installation
from tests.integration import test_examples_by_npm
from tests.integration.examples import EXAMPLES, Example, keeps_its_promises, passes

pytestmark = pytest.mark.emulator_only

ALL = (
    Example("greenhouse", "python3.13", 2, starts=True),
    Example("parcels", "python3.12", 5),
    Example("meters", "provided.al2023", 3),
    Example(
        "fares", "python3.13", 10, quick="nothing_is_lost or metric",
        installed="build/deployer", lock="deployer.txt",
    ),
)  # fmt: skip


def test_all_are_run() -> None:
    """Each folder of examples/ is run here, or in the file of those that npm builds."""
    folders = sorted(one.name for one in EXAMPLES.iterdir() if one.is_dir())
    assert sorted(one.folder for one in (*ALL, *test_examples_by_npm.ALL)) == folders


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
