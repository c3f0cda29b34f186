"""Test runs of other projects: pytest in a process and a folder of its own, with the emulator's plugin."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

WAITS = '''
import pathlib, threading

def test_waits(tailrace):
    """Say where the emulator is, and wait until somebody ends this."""
    pathlib.Path("endpoint.new").write_text(tailrace.endpoint)
    pathlib.Path("endpoint.new").rename("endpoint")
    threading.Event().wait(120)
'''


UNUSED = tuple(f"-pno:{name}" for name in ("cacheprovider", "hypothesispytest", "anyio", "nicegui"))
"""Plugins that a run does without: to import them is half of what a small one takes."""


def command(*arguments: str, python: Path | str = sys.executable) -> list[str]:
    """Return what runs pytest."""
    return [str(python), "-m", "pytest", *UNUSED, *arguments]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a run, with the installation in `home`."""
    return {**os.environ, "EMULATOR": "embedded", "EMULATOR_HOME": str(home), **more}


@contextmanager
def waiting(folder: Path, environ: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run a test that writes a file `endpoint` and waits; it is killed at the end if it still runs."""
    (folder / "test_waits.py").write_text(WAITS)
    with subprocess.Popen(
        command(), cwd=folder, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def watchdogs(owner: int) -> list[int]:
    """Return the processes that keep an emulator for a test run, by the number of its process."""
    wanted = ["-m", "tailrace.testing.watchdog"]
    found = []
    for one in psutil.process_iter(["cmdline", "status"]):
        words = one.info["cmdline"] or []
        if wanted[1] in words and str(owner) in words and one.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(one.pid)
    return found
