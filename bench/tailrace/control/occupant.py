"""Who has a port: an emulator of this project or of another, or another program."""

from pathlib import Path
from typing import NamedTuple

from tailrace.endpoint import URL, at

from . import processes
from .processes import Process
from .settings import INSTALLED_IN


class Occupant(NamedTuple):
    """Who listens on a port: its process where it may be seen, and the installation of an emulator."""

    process: Process | None
    home: Path | None

    def __str__(self) -> str:
        if self.process is None:
            return "a process of another user"
        if self.home is None:
            return self.process.describe()
        return f"the emulator installed in {self.home} (process {self.process.pid})"


def occupant(port: int) -> Occupant:
    """Return who listens on a port of this machine."""
    one = processes.listener(port)
    home = processes.environment_of(one.pid).get(INSTALLED_IN) if one else None
    return Occupant(one, Path(home) if home else None)


def taken_by(port: int, who: Occupant) -> str:
    """Say who has the port, and what to do about it."""
    return f"Port {port} is taken by {who}\n{way_out(port, who)}"


def way_out(port: int, who: Occupant) -> str:
    """Say what to do about a port that somebody has."""
    another = f"take another port: EMULATOR_PORT={port + 1}"
    if who.home:
        return f"To use that one, set {URL}={at(port)}. Otherwise stop it there, or {another}"
    return f"End that process, or {another}"
