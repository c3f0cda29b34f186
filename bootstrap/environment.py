"""Make the project's Python environment (`.venv`), on a machine that has Python and nothing else.

Run by `make` before anything else, with whatever `python3` there is (3.9 or newer), so: standard library
only, and nothing newer than Python 3.9 has. Where `uv` is missing it is installed into the project (`.uv/`).

    python3 bootstrap/environment.py          make it, or bring it up to date
    python3 bootstrap/environment.py tests    the same, with what tests and linters need
    python3 bootstrap/environment.py check    say what is in the way; exit 1 if something is
"""

from __future__ import annotations  # Python 3.9 takes `str | Path` apart where it stands

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OWN_UV = ROOT / ".uv"
LOCK, TESTS_LOCK = ROOT / "requirements.txt", ROOT / "requirements-tests.txt"
READY, TESTED = VENV / ".ready", VENV / ".tests"
OLDEST_UV = (0, 9)  # as bench/pyproject.toml says
OLDEST = (3, 9)  # of the Python that runs this file
WANTED, FITTING = "3.13", ("3.12", "3.13", "3.14")  # of the environment's Python: the first choice, and all
NEEDED_MB = 900
# Made where it stands, and by a Python that is still there: then the bench's code is found, and is ours.
PROBE = "import tailrace, click, sys; sys.exit(tailrace.__file__ != sys.argv[1])"


class SetupError(Exception):
    """Something of the machine is in the way; the message names the fix."""


def say(text: str) -> None:
    """Print one line of progress at once."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def run(*command: str | Path, why: str) -> None:
    """Run a command; what it printed is shown only if it fails. `why` names the step and the way out."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise SetupError(f"{why}\n  {' '.join(words)}\nended with {done.returncode}:\n{tail}")


def answers(*command: str | Path) -> str | None:
    """Return what a command prints, None if it cannot be run or fails."""
    try:
        done = subprocess.run(
            [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def works(uv: str | Path) -> bool:
    """Tell whether this `uv` runs and is new enough; on the PATH there may be a shim that refuses."""
    said = (answers(uv, "--version") or "").split()
    return len(said) > 1 and tuple(map(int, re.findall(r"\d+", said[1])[:2])) >= OLDEST_UV


def usable() -> bool:
    """Tell whether the environment runs here: not after its folder was moved, or its Python removed."""
    package = ROOT / "bench" / "tailrace" / "__init__.py"
    return answers(VENV / "bin" / "python", "-c", PROBE, package) is not None


def locked(name: str) -> str:
    """Return the lock's entry of one package, with its hashes."""
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{name}=="))
    end = next(number for number in range(start, len(lines)) if not lines[number].endswith("\\"))
    return "\n".join(lines[start : end + 1]) + "\n"


def find_uv() -> str:
    """Return a `uv` that runs: the machine's, or the project's own, which is installed if need be."""
    on_path = shutil.which("uv")
    if on_path and works(on_path):
        return on_path
    own = OWN_UV / "bin" / "uv"
    if not works(own):
        install_uv()
    return str(own)


def install_uv() -> None:
    """Install `uv` into `.uv/`, from the lock, with its hash checked."""
    say("There is no uv here: installing it into .uv/ (about 25 MB)")
    shutil.rmtree(OWN_UV, ignore_errors=True)
    OWN_UV.mkdir()
    wanted = OWN_UV / "uv.txt"
    wanted.write_text(locked("uv"), encoding="utf-8")
    pip: list[str | Path] = [
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        wanted,
    ]
    why = "uv could not be installed. Is the network there? Or install uv yourself, and run make again."
    try:
        run(sys.executable, "-m", "venv", OWN_UV, why=why)
    except SetupError:  # Debian's python3 without python3-venv; pip alone will do
        why += " (On Debian and Ubuntu: apt install python3-venv.)"
        run(sys.executable, "-m", *pip, "--target", OWN_UV / "lib", why=why)
        (OWN_UV / "bin").mkdir(exist_ok=True)
        shutil.copy2(OWN_UV / "lib" / "bin" / "uv", OWN_UV / "bin" / "uv")
        return
    run(OWN_UV / "bin" / "python", "-m", *pip, why=why)


def find_python(uv: str | Path) -> str | None:
    """Return a Python of this machine that the project runs on, 3.13 if it is here; None if there is none."""
    ours = "{}.{}".format(*sys.version_info)
    if ours == WANTED:
        return sys.executable
    there = answers(uv, "python", "find", "--no-python-downloads", "--no-project", WANTED)
    if there:
        return there
    if ours in FITTING:
        return sys.executable
    asked = (answers(uv, "python", "find", "--no-python-downloads", "--no-project", one) for one in FITTING)
    return next((found for found in asked if found), None)


def make_venv(uv: str) -> None:
    """Make an empty environment, with a Python of the machine or one that uv fetches."""
    python = find_python(uv)
    if python:
        say(f"Making .venv with {python}")
        run(
            uv,
            "venv",
            "--quiet",
            "--clear",
            "--python",
            python,
            VENV,
            why="The environment .venv could not be made.",
        )
        return
    say(f"There is no Python {', '.join(FITTING)} here: uv fetches {WANTED} (about 35 MB, from github.com)")
    why = (
        f"No Python {WANTED} could be fetched. Install Python 3.12, 3.13 or 3.14 yourself and run make again "
        "(make PYTHON3=/path/to/python3.13 if it is not on the PATH), or tell uv another place to fetch it "
        "from: UV_PYTHON_INSTALL_MIRROR."
    )
    run(uv, "venv", "--quiet", "--clear", "--python", WANTED, VENV, why=why)


def make(*, tests: bool = False) -> None:
    """Make `.venv` from its lock, with the bench in it; leave the stamp that says so.

    With `tests`, or once it was made so, also what tests and linters need.
    """
    began = time.monotonic()
    tests = tests or TESTED.exists()
    for stamp in (READY, TESTED):
        stamp.unlink(missing_ok=True)
    uv = find_uv()
    python = VENV / "bin" / "python"
    if not usable():
        make_venv(uv)
    lock, size = (TESTS_LOCK, 160) if tests else (LOCK, 40)
    say(f"Installing the project's packages into .venv (about {size} MB to fetch, unless uv has them cached)")
    why = "The project's packages could not be installed. Is the network there, and space on the disk?"
    wanted = VENV / "lock.txt"
    wanted.write_text(lock.read_text(encoding="utf-8").replace(locked("uv"), ""), encoding="utf-8")
    run(uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", wanted, why=why)
    beside = VENV / "bin" / "uv"
    beside.unlink(missing_ok=True)
    beside.symlink_to(uv)  # it is here already, so it is not fetched and stored once more
    own = ("--no-deps", "--no-build-isolation", "--editable", ROOT / "bench")
    run(uv, "pip", "install", "--quiet", "--python", python, *own, why=why)
    for stamp in (READY, TESTED) if tests else (READY,):
        stamp.touch()
    say(f"The project's environment is ready ({time.monotonic() - began:.0f} s)")


def size(folder: Path) -> int:
    """Return the megabytes of a folder on the disk."""
    files = {(file.st_dev, file.st_ino): file for file in map(os.lstat, folder.rglob("*"))}
    return sum(file.st_blocks * 512 for file in files.values()) // 10**6


def check() -> list[str]:
    """Return what is in the way of making the environment, or of using it, each with its fix."""
    found = []
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < NEEDED_MB and not READY.exists():
        found.append(f"{free} MB are free here; the installation needs {NEEDED_MB}: make room")
    if not os.access(ROOT, os.W_OK):
        found.append(f"{ROOT} cannot be written: clone the project to a folder of your own")
    if READY.exists() and not usable():
        found.append(
            "The environment .venv does not run any more: was this folder moved, or its Python removed? "
            "`make up` makes it anew."
        )
    return found


def main(arguments: list[str]) -> int:
    """Do what was asked; return the exit code."""
    if sys.version_info < OLDEST:
        say(f"Python {sys.version.split()[0]} is too old: Tailrace needs 3.9 or newer to set itself up.")
        return 1
    try:
        if arguments == ["check"]:
            problems = check()
            sizes = ", ".join(
                f"{folder.name} {size(folder)} MB" for folder in (VENV, OWN_UV) if folder.exists()
            )
            fine = "The project's own environment: nothing is in the way"
            say("\n".join(problems) or f"{fine} ({sizes or 'it is not made yet'})")
            return 1 if problems else 0
        make(tests=arguments == ["tests"])
    except SetupError as error:
        say(str(error))
        return 1
    except OSError as error:
        say(f"The environment could not be made: {error}. Fix that and try again.")
        return 1
    except KeyboardInterrupt:
        say("Interrupted; nothing half-made is in use. Run the same command again to go on.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
