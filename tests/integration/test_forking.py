"""A program in a fork is what it is when Python is started for it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.frame import forking

pytestmark = pytest.mark.emulator_only

PROGRAM = """
import atexit, os, sys

atexit.register(print, "at its end")
print(sys.argv[1:], os.getcwd(), os.environ, sys.path[0], __name__, sys.stdin.read(), flush=True)
match sys.argv[1]:
    case "ends": sys.exit(int(sys.argv[2]))
    case "says": sys.exit("it cannot be")
    case "fails": raise ValueError("nobody expects it")
    case "dies": os.abort()
"""
WAITS = """
import sys, time

try:
    print("begun", flush=True)
    for _ in range(600):
        time.sleep(0.1)  # what comes just before a sleep begins is seen after it
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("words", [["ends", "3"], ["says"], ["fails"], ["dies"], ["is done"]])
def test_the_same_as_started(tmp_path: Path, words: list[str]) -> None:
    """Its arguments, folder, variables and streams are what it is given, and it ends as it would."""
    (tmp_path / "program.py").write_text(PROGRAM)
    ends = []
    for python in ([sys.executable], forking.python()):
        done = subprocess.run(
            [*python, "-m", "program", *words], cwd=tmp_path, env={"GIVEN": "ä=\n"}, input="given",
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        ends.append((done.returncode, done.stdout, done.stderr.splitlines()[-1:]))
    started, forked = ends
    assert forked == started
    assert "given" in forked[1]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -15), (signal.SIGKILL, -9)]
)
def test_signals_reach_it(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """A signal is the program's, and so is its end: nothing of it is left, by whatever it was ended."""
    (tmp_path / "waits.py").write_text(WAITS)
    words, pipe = [*forking.python(), "-m", "waits"], subprocess.PIPE
    with subprocess.Popen(words, cwd=tmp_path, env=os.environ, stdout=pipe, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        left, _ = process.communicate(timeout=30)  # ends when the program has closed its streams
    assert (process.returncode, left) == (code, "")
