"""The emulator of one test run: started when first asked for, shared by the run's processes, gone with it."""

import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM
from typing import Any

from tailrace.control import processes
from tailrace.control.health import healthy
from tailrace.control.processes import Process

from .labels import ended_here, on_this_machine

ATTACH, WRAPPER = "AWS_ENDPOINT_URL", "EMULATOR"
WRAPPERS = ("embedded", "testcontainers")
FOLDER, NOTE, OWNED = "tailrace-run-", ".emulator", "owner"
SHARED = "shared"  # the name of the one that all tests of a run share
ENDING = 60.0  # seconds that an emulator may take to end


class NoEmulatorError(Exception):
    """There is no emulator to be had; the message names the fix."""


@dataclass(frozen=True)
class RunEmulators:
    """What a run keeps: the same `folder` and `owner` in each of its processes (pytest-xdist's workers).

    The folder is made when it is needed. `environ` and `place` are what the run began with: no test's
    changes of environment or current folder reach the emulator.
    """

    folder: Path
    owner: Process
    environ: Mapping[str, str]
    place: Path
    _children: list[subprocess.Popen[str]] = field(default_factory=list, compare=False, repr=False)

    @classmethod
    def begin(cls, environ: Mapping[str, str], place: Path) -> "RunEmulators":
        """Begin for a run that this process owns; what runs before it could not remove is removed."""
        remove_left(Path(tempfile.gettempdir()))
        owner = processes.process(os.getpid())
        if owner is None:
            raise NoEmulatorError("This machine does not tell when a process began.")
        folder = Path(tempfile.gettempdir()) / f"{FOLDER}{secrets.token_hex(6)}"
        return cls(folder, owner, dict(environ), place)

    @classmethod
    def join(cls, shared: Mapping[str, Any], environ: Mapping[str, str], place: Path) -> "RunEmulators":
        """Take part in what another process began; `shared` is what its `to_share` gave."""
        return cls(Path(shared["folder"]), Process(shared["pid"], shared["birth"]), dict(environ), place)

    def to_share(self) -> dict[str, Any]:
        """Return what tells this run from others, as plain values."""
        return {"folder": str(self.folder), **self.owner._asdict()}

    def endpoint(self) -> str:
        """Return the endpoint of the emulator that the settings name.

        AWS_ENDPOINT_URL is one that runs already. Otherwise one is started: EMULATOR=embedded (the default)
        from the installation that EMULATOR_HOME names, EMULATOR=testcontainers in a container.
        Raises NoEmulatorError.
        """
        if named := self.environ.get(ATTACH):
            if not healthy(named):
                raise NoEmulatorError(f"No emulator answers at {named}: start it, or unset {ATTACH}.")
            return named
        wrapper = self.environ.get(WRAPPER) or WRAPPERS[0]
        if wrapper not in WRAPPERS:
            known = " or ".join(WRAPPERS)
            raise NoEmulatorError(
                f"{WRAPPER}={wrapper}: tests can start {known}. Start any other yourself, and set {ATTACH}."
            )
        return self.started(wrapper)

    def started(self, wrapper: str, name: str = SHARED) -> str:
        """Return the endpoint of the run's emulator of this name; the first to ask starts it."""
        with self._locked():
            note = self.folder / f"{name}{NOTE}"
            if not note.exists():
                _write(note, json.dumps(self._start(wrapper, name)))
            endpoint: str = _read(note)["endpoint"]
            return endpoint

    def made(self) -> Path:
        """Return the run's folder, made if it is not there; whatever is put into it is gone with the run."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if not (note := self.folder / OWNED).exists():
            _write(note, on_this_machine(self.owner))
        return self.folder

    def stop(self, name: str) -> None:
        """Stop the run's emulator of this name."""
        self._stop([self.folder / f"{name}{NOTE}"])

    def stop_all(self) -> None:
        """Stop what the run started, and remove the folder."""
        if self.folder.exists():
            self._stop(list(self.folder.glob(f"*{NOTE}")))
            shutil.rmtree(self.folder)

    def _stop(self, notes: list[Path]) -> None:
        watchdogs = {_watchdog(note) for note in notes}
        processes.send(watchdogs, SIGTERM)
        left = processes.wait_for_end(watchdogs, ENDING)
        for child in self._children:
            child.poll()
        if left:
            names = "\n".join(f"    {one.describe()}" for one in left)
            raise NoEmulatorError(f"These processes keep an emulator and do not end:\n{names}")
        for note in notes:
            note.unlink()

    def _start(self, wrapper: str, name: str) -> dict[str, str | int]:
        """Start a watchdog, and return its note: number and birth of its process, and the endpoint."""
        command = (sys.executable, "-P", "-m", "tailrace.testing.watchdog", wrapper, name)
        log = self.folder / f"{name}.log"
        with log.open("w", encoding="utf-8") as said:
            child = subprocess.Popen(
                [*command, str(self.folder), str(self.owner.pid), self.owner.birth],
                cwd=self.place, env=self.environ, start_new_session=True, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said,
            )  # fmt: skip
        self._children.append(child)
        one = processes.process(child.pid)
        try:
            with child.stdout or log.open() as answers:
                answer = json.loads(answers.readline() or "{}")
        except BaseException:  # Ctrl-C: nobody will know of it
            child.terminate()
            child.wait(ENDING)
            raise
        if one is None or "endpoint" not in answer:
            why = answer.get("error") or log.read_text(encoding="utf-8", errors="replace")
            raise NoEmulatorError(f"No emulator could be started ({wrapper}): {why}")
        return {**one._asdict(), "endpoint": answer["endpoint"]}

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process of the run at a time start an emulator; the others find what it started."""
        with (self.made() / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _write(note: Path, text: str) -> None:
    """Write a note, whole at every moment."""
    draft = note.with_suffix(f".{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(note)


def _read(note: Path) -> Any:  # noqa: ANN401  JSON
    return json.loads(note.read_text(encoding="utf-8"))


def _watchdog(note: Path) -> Process:
    read = _read(note)
    return Process(read["pid"], read["birth"])


def remove_left(place: Path) -> None:
    """Remove the folders of this machine's runs that were killed with all that would have removed them."""
    for folder in place.glob(f"{FOLDER}*"):
        with suppress(OSError, ValueError):  # somebody else's, or just being made or removed
            watchdogs = [_watchdog(note) for note in folder.glob(f"*{NOTE}")]
            if ended_here((folder / OWNED).read_text("utf-8")) and not any(one.alive() for one in watchdogs):
                shutil.rmtree(folder)
