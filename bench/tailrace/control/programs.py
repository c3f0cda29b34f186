"""Which programs of this machine can be run, and not only found."""

import os
import shutil
import subprocess
from collections.abc import Iterator


def on_path(name: str) -> Iterator[str]:
    """Yield each program of this name on the PATH, in its order."""
    for folder in os.get_exec_path():
        if found := shutil.which(name, path=folder):
            yield found


def runs(program: str) -> bool:
    """Tell whether a program says its version: a version manager's shim may stand for nothing."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False
