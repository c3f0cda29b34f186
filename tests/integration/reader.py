"""A reader of the documentation at a shell, one command at a time, in a checkout of their own."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tailrace.control import processes
from tailrace.control.uv import find_uv
from tests.frame.run import ROOT, without_settings

LONGEST = 120
"""Seconds that a command may take."""
_STATE = ".state-of-the-shell"


class Said(NamedTuple):
    """What a command printed, on both ways, and how it ended."""

    text: str
    code: int


def checkout(place: Path) -> None:
    """Copy what is the project's, as it stands here, and nothing that was installed or built."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in done.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)


class Reader:
    """Somebody in a folder, whose shell keeps what it is told from one command to the next.

    Their emulator is the one that is installed in `home`, so nothing is fetched, on a port of their own.
    """

    def __init__(self, folder: Path, home: Path, **environ: str) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        (folder / ".emulator").symlink_to(home)
        self._state = folder.parent / f"{folder.name}{_STATE}"
        programs = folder.parent / "bin"
        programs.mkdir(exist_ok=True)
        if not (programs / "uv").exists():
            (programs / "uv").symlink_to(find_uv())
        own = {
            name: value
            for name, value in without_settings(os.environ).items()
            if not name.startswith(("MAKE", "MFLAGS", "PYTEST", "VIRTUAL_ENV"))
        }
        path = [str(programs), str(Path(sys.executable).parent), own["PATH"]]
        port = str(processes.free_port())
        own.pop("PYTHONDONTWRITEBYTECODE", None)
        # pip would compile every module of what it installs, also those that nothing imports;
        # what is printed is to be seen at once, where a command ends when something is
        quick = {
            "PYTHONUNBUFFERED": "1",
            "PIP_NO_COMPILE": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTEST_XDIST_AUTO_NUM_WORKERS": "0",
        }
        self.environ = {**own, **quick, "PATH": os.pathsep.join(path), "EMULATOR_PORT": port, **environ}

    def run(self, command: str, beside: Mapping[str, str] | None = None) -> Said:
        """Type a command and wait for its end; `beside` are settings that hold for it alone."""
        temporary = {f"{name}={value}" for name, value in (beside or {}).items()}
        script = f'{command}\nended=$?\nenv -0 >"{self._state}"\nexit $ended\n'
        with self._begun(script, beside or {}) as process:
            try:
                text, _ = process.communicate(timeout=LONGEST)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                text, _ = process.communicate()
                raise AssertionError(f"`{command}` did not end within {LONGEST} s:\n{text}") from None
        if self._state.exists():
            variables = self._state.read_text(encoding="utf-8").split("\0")
            self.environ = dict(one.split("=", 1) for one in variables if "=" in one and one not in temporary)
            self._state.unlink()
        return Said(text, process.returncode)

    def begin(self, command: str, until: str) -> Said:
        """Type a command, wait until it prints something, and press Ctrl-C."""
        seen = ""
        with self._begun(command, {}) as process:
            late = threading.Timer(LONGEST, os.killpg, (process.pid, signal.SIGKILL))
            late.start()
            assert process.stdout
            while until not in seen and (piece := process.stdout.read(1)):
                seen += piece
            late.cancel()
            assert until in seen, f"`{command}` never printed {until!r}:\n{seen}"
            os.killpg(process.pid, signal.SIGINT)
            try:
                rest, _ = process.communicate(timeout=LONGEST)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise AssertionError(f"`{command}` did not end on Ctrl-C:\n{seen}") from None
        return Said(seen + rest, process.returncode)

    def _begun(self, script: str, environ: Mapping[str, str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["/bin/bash", "-c", script],
            cwd=self.folder,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
