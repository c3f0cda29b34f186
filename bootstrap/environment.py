"""Make the project's Python environment (`.venv`), on a machine that has Python and nothing else.

Run by `make` before anything else, with whatever `python3` there is (3.11 or newer), so: standard library
only, and nothing newer than Python 3.11 has. Where `uv` is missing it is installed into the project (`.uv/`).

    python3 bootstrap/environment.py          make it, or bring it up to date
    python3 bootstrap/environment.py check    say what is in the way; exit 1 if something is
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OWN_UV = ROOT / ".uv"
LOCK = ROOT / "requirements.txt"
READY = VENV / ".ready"
OLDEST = (3, 11)
NEEDED_MB = 1500


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


def works(uv: str | Path) -> bool:
    """Tell whether this `uv` runs: a version manager's shim may be on the PATH and refuse."""
    try:
        return subprocess.run([uv, "--version"], cwd=ROOT, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


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


def make() -> None:
    """Make `.venv` from the lock, with the emulator's distribution in it; leave the stamp that says so."""
    began = time.monotonic()
    READY.unlink(missing_ok=True)
    uv = find_uv()
    python = VENV / "bin" / "python"
    if not works(python):
        say("Making .venv (Python 3.13; where the machine has none, uv fetches one, about 35 MB)")
        run(uv, "venv", "--quiet", "--clear", VENV, why="The environment .venv could not be made.")
    say("Installing the project's packages into .venv (about 90 MB to fetch, unless they are cached)")
    why = "The project's packages could not be installed. Is the network there, and space on the disk?"
    run(uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", LOCK, why=why)
    own = ("--no-deps", "--no-build-isolation", "--editable", ROOT / "bench")
    run(uv, "pip", "install", "--quiet", "--python", python, *own, why=why)
    READY.touch()
    say(f"The project's environment is ready ({time.monotonic() - began:.0f} s)")


def check() -> list[str]:
    """Return what is in the way of making the environment, each with its fix."""
    found = []
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < NEEDED_MB and not READY.exists():
        found.append(f"{free} MB are free here; the installation needs {NEEDED_MB}: make room")
    if not os.access(ROOT, os.W_OK):
        found.append(f"{ROOT} cannot be written: clone the project to a folder of your own")
    return found


def main(arguments: list[str]) -> int:
    """Do what was asked; return the exit code."""
    if sys.version_info < OLDEST:
        say(f"Python {sys.version.split()[0]} is too old: Tailrace needs 3.11 or newer to set itself up.")
        return 1
    try:
        if arguments == ["check"]:
            problems = check()
            say("\n".join(problems) or "The project's own environment: nothing is in the way")
            return 1 if problems else 0
        make()
    except SetupError as error:
        say(str(error))
        return 1
    except OSError as error:
        say(f"The environment could not be made: {error}. Mend that, and run make again.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
