"""AWS's own tools and SDKs beside boto3: programs of their own, which are told where to go."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import pytest

from bootstrap.target import Target
from tailrace.control import Installation
from tailrace.control.uv import find_uv
from tailrace.pointing import DUMMY_KEY
from tests.frame.run import ROOT, Run

FOLDER = ROOT / "tests" / "clients"
LOCK = FOLDER / "requirements.txt"
NODE = "nodejs24.x"
PATIENCE = 300.0
"""Seconds that a program may take."""


def environ_of(run: Run, target: Target) -> dict[str, str]:
    """Give another program the run's target, and nothing of the developer's."""
    given = {"PATH": os.environ["PATH"], "AWS_REGION": target.region, "AWS_DEFAULT_REGION": target.region}
    if target.endpoint is None:
        return {**os.environ, **run.environ, **given}
    keys = {"AWS_ACCESS_KEY_ID": DUMMY_KEY, "AWS_SECRET_ACCESS_KEY": DUMMY_KEY}
    return {**given, **keys, "AWS_ENDPOINT_URL": target.endpoint, "AWS_CONFIG_FILE": os.devnull}


class Client:
    """A program with its arguments, as it runs: started at once, and stopped at the end if it still runs."""

    def __init__(self, environ: dict[str, str], *command: str | Path) -> None:
        self._command = [str(part) for part in command]
        self._process = subprocess.Popen(
            self._command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.communicate()

    def line(self) -> str:
        """Return the next line that it writes, empty if it has ended; it bounds that time itself."""
        assert self._process.stdout
        return self._process.stdout.readline().rstrip("\n")

    def ended(self) -> list[str]:
        """Wait until it has ended, well; give the lines that it wrote."""
        written, said = self._process.communicate(timeout=PATIENCE)
        assert self._process.returncode == 0, f"{' '.join(self._command)}: {said[-2000:]}"
        return written.splitlines()


def python_with_aiobotocore() -> Path:
    """Give the Python of an environment with aiobotocore, made once a lock; skip where it cannot be."""
    place = ROOT / ".build" / f"clients-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    python, made = place / "bin" / "python", place / "made"
    if not made.exists():
        _run([find_uv(), "venv", "-q", "--clear", "-p", sys.executable, str(place)])
        install = [find_uv(), "pip", "install", "-q", "--require-hashes", "--python", str(python)]
        _run([*install, "-r", str(LOCK)])
        made.touch()
    return python


def node(installation: Installation) -> tuple[Path, Path]:
    """Give Node, and the folder with AWS's SDK, of the emulator's runtime; skip where it is not installed."""
    runtime = Path(installation.home) / "runtimes" / NODE
    if not (runtime / "bin" / "node").exists():
        pytest.skip(f"not installed here: tailrace install --runtime {NODE}")
    return runtime / "bin" / "node", runtime / "runtime" / "node_modules"


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"aiobotocore cannot be installed here: {done.stderr.strip()}")
