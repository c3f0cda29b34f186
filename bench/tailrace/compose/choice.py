"""In a container, or embedded: what EMULATOR says, and what `auto` makes of it.

`auto` uses what runs already. Otherwise it takes Docker where an engine answers that can be used from here,
and the embedded emulator where none does, or where the image cannot be built.
"""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from tailrace.control import Emulator, EmulatorError, processes
from tailrace.control.errors import PortTakenError
from tailrace.control.occupant import occupant
from tailrace.endpoint import HOST

from . import engine
from .container import Container
from .errors import EngineError, ImageError

type Wanted = Literal["auto", "docker", "embedded"]
WANTED: tuple[Wanted, ...] = get_args(Wanted.__value__)
VARIABLE = "EMULATOR"
TESTS_ONLY = "testcontainers"
Report = Callable[[str], None]


class Choice(NamedTuple):
    """An emulator, wrapped in one way or the other, and why it is that one."""

    emulator: Emulator | Container
    why: str

    @property
    def endpoint(self) -> str:
        """The address that goes into AWS_ENDPOINT_URL."""
        return self.emulator.endpoint

    def __str__(self) -> str:
        kind = "in Docker" if isinstance(self.emulator, Container) else "embedded"
        return f"Emulator: {kind} ({self.why})"


class Up(NamedTuple):
    """An emulator that runs; `healthy_after` is how many seconds its start took, None if it ran already."""

    choice: Choice
    healthy_after: float | None


def wanted(text: str) -> Wanted:
    """Take what EMULATOR says; empty is `auto`. Raises EmulatorError."""
    if text == TESTS_ONLY:
        raise EmulatorError(f"{VARIABLE}={text} is for `make test`: it starts and stops its own.")
    for one in WANTED:
        if one == (text or "auto"):
            return one
    raise EmulatorError(f"{VARIABLE}={text} is not valid: expected one of {', '.join(WANTED)}.")


def choose(want: Wanted, embedded: Emulator, folder: Path, environ: Mapping[str, str]) -> Choice:
    """Return the emulator to use. Raises EngineError if Docker is wanted and cannot be had."""
    if want == "embedded":
        return Choice(embedded, f"{VARIABLE}=embedded")
    if want == "auto" and embedded.process() is not None:
        return Choice(embedded, "it runs already")
    try:
        there = engine.find(environ)
    except EngineError as none:
        if want == "docker":
            raise EngineError(
                f"{VARIABLE}=docker, but {none}. Fix that, or take {VARIABLE}=embedded."
            ) from none
        return Choice(embedded, str(none))
    container = Container(there, embedded.port, folder)
    if want == "docker":
        return Choice(container, f"{VARIABLE}=docker")
    running = container.find()
    if running and running.running:
        return Choice(container, "it runs already")
    return Choice(container, f"Docker {there.version} answers")


def prepare(want: Wanted, embedded: Emulator, folder: Path, report: Report) -> Choice:
    """Choose, say which and why, and install it or build its image if that is missing."""
    choice = choose(want, embedded, folder, os.environ)
    report(str(choice))
    if isinstance(choice.emulator, Container):
        try:
            choice.emulator.prepare(report)
        except ImageError as failed:
            choice = _instead(want, embedded, failed, report)
    if isinstance(choice.emulator, Emulator):
        choice.emulator.installation.install(report)
    return choice


def up(want: Wanted, embedded: Emulator, folder: Path, report: Report) -> Up:
    """Choose, say which and why, and start it, whatever that takes."""
    choice = choose(want, embedded, folder, os.environ)
    report(str(choice))
    if isinstance(choice.emulator, Container):
        try:
            started = Up(choice, choice.emulator.up(report))
            embedded.folder.mkdir(
                parents=True, exist_ok=True
            )  # tells that this port is ours: `endpoint.meant`
            return started  # noqa: TRY300  what is guarded is the image
        except ImageError as failed:
            choice = _instead(want, embedded, failed, report)
    return Up(choice, _start(embedded, folder, report))


def _start(embedded: Emulator, folder: Path, report: Report) -> float | None:
    """Install and start the embedded emulator; a container in the way is called that, not docker-proxy."""
    try:
        if embedded.installation.missing() and embedded.process() is None:
            embedded.refuse_taken_port()  # before anything is fetched
        embedded.installation.install(report)
        began = time.monotonic()
        return time.monotonic() - began if embedded.start() else None
    except PortTakenError as taken:
        container = reachable(embedded.port, folder, os.environ)
        found = container.find() if container else None
        if not found:
            raise
        raise PortTakenError(
            f"Port {embedded.port} is taken by the container {found.name}. Stop it there (in "
            f"{found.folder}), or take another port: EMULATOR_PORT={embedded.port + 1}"
        ) from taken


def _instead(want: Wanted, embedded: Emulator, failed: ImageError, report: Report) -> Choice:
    """Take the embedded emulator where `auto` chose Docker and the image cannot be built."""
    if want == "docker":
        raise failed
    report(str(failed))
    choice = Choice(embedded, "the image could not be built")
    report(str(choice))
    return choice


def reachable(port: int, folder: Path, environ: Mapping[str, str]) -> Container | None:
    """Return the container of this port, which may or may not be there; None if no engine answers."""
    try:
        return Container(engine.find(environ), port, folder)
    except EngineError:
        return None


def stranger(own: Emulator, folder: Path) -> str | None:
    """Say who has the port of this project's own emulator if it is somebody else, None if nobody else has."""
    if own.process() is not None or not processes.taken(HOST, own.port):
        return None
    who = occupant(own.port)
    container = None if who.home else reachable(own.port, folder, os.environ)
    found = container.find() if container else None
    if not found or not found.running:
        return str(who)
    return (
        None
        if found.folder == folder.resolve()
        else f"the container {found.name}, started from {found.folder}"
    )
