"""Installations for tests: the one that is there, and one that can be stopped in the middle.

`installing.py HOME` makes the latter, in a process of its own.

It makes two small parts. The first is made at once; the second writes half of itself and then waits
until a file `go` stands in the home. While it waits, it says so by a file `waiting`.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tailrace.control.fetching import Site
from tailrace.control.installation import Installation
from tailrace.control.parts import Part
from tailrace.control.uv import find_uv
from tests.frame import emulators
from tests.frame.run import Run

ROOT = Path(__file__).resolve().parents[2]
WHEEL_SOURCES = ROOT / "bench"
LOCKED = ("--constraint", str(ROOT / "requirements-tests.txt"))  # versions that are cached already
WAIT = "touch waiting; for _ in $(seq 600); do [ -e go ] && exit 0; sleep 0.05; done; exit 1"


class Quick(Part):
    """A part that is made at once; it counts how often."""

    where, title, download, room = "quick", "the quick part", 0, 0

    def made_of(self) -> Sequence[bytes]:
        """Return what decides what the part holds."""
        return (b"quick",)

    def make(self, site: Site) -> None:
        """Make it, and count."""
        (site.folder / "file").write_text("whole", encoding="utf-8")
        with (site.home / "made").open("a", encoding="utf-8") as count:
            count.write("quick\n")


class Slow(Quick):
    """A part that takes its time, by a program."""

    where, title = "slow", "the slow part"

    def made_of(self) -> Sequence[bytes]:
        """Return what decides what the part holds."""
        return (b"slow",)

    def make(self, site: Site) -> None:
        """Make half of it, wait, and make the rest."""
        (site.folder / "file").write_text("half", encoding="utf-8")
        site.run(("/bin/sh", "-c", f"cd {site.home}; {WAIT}"), self.title, {"PATH": "/usr/bin:/bin"})
        (site.folder / "file").write_text("whole", encoding="utf-8")


def installed(run: Run) -> Installation:
    """Return the installation that the run's settings name; `make test` has seen to it.

    Where the run is on containers the test is skipped: there need not be an embedded emulator.
    """
    if not emulators.open_to_view(run):
        pytest.skip("about the embedded emulator, and this run is on containers: EMULATOR=embedded")
    return Installation(run.environ.get("EMULATOR_HOME") or ROOT / ".emulator")


def build_wheel(folder: Path) -> Path:
    """Build the emulator's wheel into a folder, and return it."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=WHEEL_SOURCES, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def make_environment(place: Path, wheel: Path, *options: str) -> Path:
    """Make an environment with the wheel in it, and what it asks for; return its Python.

    `options` are those of `uv venv`.
    """
    subprocess.run([find_uv(), "venv", "-q", *options, "-p", sys.executable, place], check=True)
    install = [find_uv(), "pip", "install", "-q", "--python", str(place / "bin" / "python")]
    subprocess.run([*install, *LOCKED, f"tailrace[testing] @ {wheel.as_uri()}"], check=True)
    lend_compiled(place)
    return place / "bin" / "python"


def lend_compiled(place: Path) -> None:
    """Give an environment what of its packages is compiled in ours; Python compiles what does not fit."""
    (ours,), (theirs,) = (one.glob("lib/*/site-packages") for one in (Path(sys.prefix), place))
    for compiled in ours.glob("*/**/__pycache__"):
        there = theirs / compiled.relative_to(ours)
        if there.parent.is_dir():
            shutil.copytree(compiled, there, dirs_exist_ok=True)


def installation(home: Path) -> Installation:
    """Return the installation of the two parts."""
    return Installation(home, (Quick(), Slow()))


if __name__ == "__main__":
    installation(Path(sys.argv[1])).install(lambda line: print(line, flush=True))  # noqa: T201  it is a program
