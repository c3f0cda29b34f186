"""Which Python of a version an environment is made with: one of the machine's, or uv's to fetch."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PROBE = "import sys, ssl, ctypes; print('%d.%d' % sys.version_info[:2])"


def find(version: str) -> str:
    """Return an interpreter of this version (`3.12`), or the version: uv looks further, and fetches it."""
    if version == ".".join(map(str, sys.version_info[:2])):
        return sys.executable
    return next((found for found in _candidates(version) if _is(found, version)), version)


def _candidates(version: str) -> Iterator[str]:
    for folder in os.get_exec_path():
        if found := shutil.which(f"python{version}", path=folder):
            yield found
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}")))


def _is(program: str, version: str) -> bool:
    """Run it: a version manager's shim may stand for nothing."""
    try:
        asked = subprocess.run(
            [program, "-c", PROBE], capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.stdout.strip() == version
