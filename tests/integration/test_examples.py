"""Projects in other people's shapes, each run as its user runs it: from the wheel, in a folder of its own."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from tailrace.control import Installation, plugins
from tailrace.control.uv import find_uv
from tailrace.functions import runtimes
from tests.integration import children, installing

pytestmark = pytest.mark.emulator_only

EXAMPLES = installing.ROOT / "examples"
BUILT = shutil.ignore_patterns("build", "node_modules", "__pycache__")


class Example(NamedTuple):
    """A project: its folder, the runtime of its function, how many tests it has, and what builds it.

    `quick` of them, by names of pytest's `-k`, are run here where all take minutes.
    """

    folder: str
    runtime: str
    tests: int
    program: str = "sh"
    quick: str = ""


ALL = (
    Example("greenhouse", "python3.13", 2),
    Example("parcels", "python3.12", 5),
    Example("meters", "provided.al2023", 3),
    Example("till", "nodejs24.x", 4, program="npm"),
    Example("lifts", "nodejs24.x", 9, program="npm", quick="nothing_is_lost"),
    Example("buoys", "python3.13", 9, program="npm", quick="nothing_is_lost"),
    Example("fares", "python3.13", 10, quick="nothing_is_lost or metric"),
)


def test_all_are_run() -> None:
    """Each folder of examples/ is run here."""
    assert sorted(one.name for one in EXAMPLES.iterdir() if one.is_dir()) == sorted(one.folder for one in ALL)


@pytest.mark.parametrize("example", ALL, ids=lambda one: one.folder)
def test_example(example: Example, python: Path, installation: Installation, tmp_path: Path) -> None:
    """A project with its own functions, streams and deployer passes its tests, and leaves nothing."""
    said = _run(example, python, installation, tmp_path, *(["-k", example.quick] if example.quick else []))
    tests = 1 + example.quick.count(" or ") if example.quick else example.tests
    assert f"== {tests} passed" in said, said


@pytest.mark.long
@pytest.mark.parametrize("example", [one for one in ALL if one.quick], ids=lambda one: one.folder)
def test_every_promise_of(example: Example, python: Path, installation: Installation, tmp_path: Path) -> None:
    """A project that makes promises keeps each of them."""
    said = _run(example, python, installation, tmp_path)
    assert "promises kept, 0 broken" in said, said


def _run(example: Example, python: Path, installation: Installation, tmp_path: Path, *arguments: str) -> str:
    """Run a project's tests, and return what pytest said."""
    if example.runtime not in runtimes.installed(installation.home):
        pytest.skip(f"{example.runtime} is not installed: make up RUNTIMES={example.runtime}")
    if not shutil.which(example.program):
        pytest.skip(f"there is no {example.program} on the PATH, which builds it")
    project = Path(shutil.copytree(EXAMPLES / example.folder, tmp_path / example.folder, ignore=BUILT))
    packages = [find_uv(), "pip", "install", "-q", "--group", f"{project}/pyproject.toml:dev"]
    subprocess.run([*packages, "--python", python, *installing.LOCKED], check=True)
    path = f"{python.parent}:{os.environ['PATH']}"
    environ = children.environment(installation.home, PATH=path)
    environ.pop("PYTHONPATH", None)
    ours = plugins.place(installation.home)
    plugins.lay(ours)
    done = subprocess.run(
        children.command("-v", "-rs", *arguments, python=python), cwd=project, env=environ, check=False,
        capture_output=True, text=True, timeout=900 if example.quick else 300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert _running_from(installation, python.parents[1]) == []
    assert (ours / plugins.PACKAGE.name).readlink() == plugins.PACKAGE, "our own emulators run our own code"
    return done.stdout


def _running_from(installation: Installation, environment: Path) -> list[int]:
    """Return the ports of emulators whose code is this environment's."""
    links = installation.home.glob("plugins/*/tailrace")
    ours = [link.parent for link in links if link.readlink().is_relative_to(environment)]
    assert ours, "the emulator ran from the installation"
    return [
        port
        for port, one in installation.running()
        if f"PYTHONPATH={ours[0]}".encode() in Path(f"/proc/{one.pid}/environ").read_bytes().split(b"\0")
    ]
