"""One emulator: LocalStack on one port, with a run folder of its own.

home/run/PORT/pid    which process it is; only while it runs
home/run/PORT/log    what it said; the time before is kept as log.previous
home/run/PORT/seams  the names of LocalStack's that the bench replaces in it; only while it runs
home/run/PORT/tls/   the certificate that it shows; only while it runs
home/run/PORT/fs/    LocalStack's file system; only while it runs
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, NoReturn

from tailrace import endpoint, seams

from . import advice, certificate, pidfile, plugins, processes, settings, trees
from .claim import claim
from .errors import EmulatorError, NotInstalledError, PortTakenError, StartError, StopError, UnhealthyError
from .installation import Installation
from .occupant import occupant, taken_by
from .processes import Process

PATIENCE = (
    90.0  # seconds until it must be healthy; the first start on a slow machine compiles all of LocalStack
)
GRACE = 8.0  # seconds between asking it to end and killing it
AFTER_KILL = 10.0  # seconds for the system to carry the killing out
POLL = 0.02
TAIL = 25  # lines of the log that an error shows
LIBRARIES = "usr/lib/localstack"  # in LocalStack's file system: where it looks for its catalog of services
REFUSED = re.compile(rf"Reason: {re.escape(seams.REFUSED)}(.+)")
"""What LocalStack writes into its log where a name that the bench replaces is not what the bench knows."""
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})


class EmulatorStatus(NamedTuple):
    """What an emulator is doing: `state` is `running`, `starting` (or not answering) or `stopped`."""

    state: str
    port: int
    pid: int | None
    services: Mapping[str, str]
    log: Path

    @property
    def endpoint(self) -> str:
        """The address that goes into AWS_ENDPOINT_URL."""
        return endpoint.at(self.port)


class Emulator:
    """LocalStack on one port. Start and stop may be called at any time, by several processes at once."""

    def __init__(self, installation: Installation, port: int) -> None:
        self.installation, self.port = installation, port
        self.folder = installation.run / str(port)
        self.log = self.folder / "log"

    @property
    def endpoint(self) -> str:
        """The address that goes into AWS_ENDPOINT_URL."""
        return endpoint.at(self.port)

    @classmethod
    def from_environment(cls, runtimes: Iterable[str] = ()) -> "Emulator":
        """Return this project's own emulator, as the settings name it (`endpoint.meant`).

        Where AWS_ENDPOINT_URL names somebody else's, that is the one on the default port. `runtimes` are
        Lambda runtimes that are wanted in its installation, by name.
        """
        try:
            port = endpoint.meant(os.environ, Path.cwd()).own_port
        except endpoint.EndpointError as undecided:
            raise EmulatorError(str(undecided)) from None
        return cls(Installation.from_environment(runtimes), port or endpoint.DEFAULT_PORT)

    def start(self, extra: Mapping[str, str] = NO_SETTINGS) -> bool:
        """Start LocalStack and return once it is healthy: True, or False if it ran already.

        `extra` are LocalStack's own variables. Raises StartError.
        """
        try:
            return self._start(extra)
        except OSError as error:
            raise StartError(
                f"LocalStack could not be started: {error}. Is there room on the disk of "
                f"{self.installation.home}, and can you write there?"
            ) from error

    def become(self, extra: Mapping[str, str] = NO_SETTINGS) -> NoReturn:
        """Let this very process be LocalStack, with its log on standard output, as a container wants it.

        It ends by SIGTERM or Ctrl-C, and leaves its files until the next start. Raises StartError.
        """
        settings.refuse_invalid(extra)
        self._require_installation()
        with claim(self.installation.run / f".{self.port}.lock", PATIENCE, self._busy, lambda _: None):
            if self.process() is not None:
                raise StartError(f"An emulator runs on port {self.port} already: {advice.stop(self.port)}")
            (program, *arguments), env = self._prepare(extra)
            pidfile.write(self.folder, Process(os.getpid(), processes.birth_of(os.getpid()) or ""))
        os.chdir(self.folder)
        os.execve(program, [str(program), *arguments], env)  # noqa: S606  no shell: nothing of it is text

    def stop(self) -> bool:
        """End LocalStack and all that it started; tell whether it ran. Leaves nothing but the log.

        Raises StopError if a process outlives being killed.
        """
        if not self.folder.exists():
            return False
        with claim(self.installation.run / f".{self.port}.lock", PATIENCE, self._busy, lambda _: None):
            leader = self.process()
            family = self._family(leader)
            if leader is not None:
                processes.send([leader], signal.SIGTERM)
                family |= self._follow(leader)
            left = self._kill(family)
            if left:
                names = "\n".join(f"    {one.describe()}" for one in left)
                raise StopError(
                    f"These processes do not end, even when killed; look for why, and end them:\n{names}"
                )
            self._clear()
        return leader is not None

    def status(self) -> EmulatorStatus:
        """Return what the emulator is doing now."""
        one = self.process()
        if one is None:
            return EmulatorStatus("stopped", self.port, None, {}, self.log)
        services = self._health()
        return EmulatorStatus(
            "starting" if services is None else "running", self.port, one.pid, services or {}, self.log
        )

    def process(self) -> Process | None:
        """Return LocalStack's process, None if it does not run (stale notes are none)."""
        one = pidfile.read(self.folder)
        return one if one is not None and one.alive() else None

    def refuse_taken_port(self) -> None:
        """Raise PortTakenError, with the owner's name, if somebody listens on the port or only root may."""
        if processes.taken(endpoint.HOST, self.port):
            raise PortTakenError(taken_by(self.port, occupant(self.port)))
        if processes.forbidden(endpoint.HOST, self.port):
            raise PortTakenError(
                f"Only root may listen on port {self.port}. "
                f"Take another port: EMULATOR_PORT={endpoint.DEFAULT_PORT}"
            )

    def tail(self, lines: int = TAIL) -> str:
        """Return the end of the log."""
        try:
            return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def _start(self, extra: Mapping[str, str]) -> bool:
        settings.refuse_invalid(extra)
        self._require_installation()
        with claim(self.installation.run / f".{self.port}.lock", PATIENCE, self._busy, lambda _: None):
            if self._becomes_healthy():
                return False
            command, env = self._prepare(extra)
            try:
                pidfile.write(self.folder, _detach(command, self.folder, env, self.log))
                healthy = self._becomes_healthy()
            except KeyboardInterrupt:
                self._kill(self._family(self.process()))
                self._clear()
                raise
            if not healthy:
                raise self._unhealthy("LocalStack ended before it was healthy")
            if not (self.folder / settings.SEAMS).exists():
                raise self._unhealthy("LocalStack started without the bench: it ran none of its hooks")
        return True

    def _require_installation(self) -> None:
        if missing := self.installation.missing():
            names = ", ".join(part.title for part in missing)
            raise NotInstalledError(
                f"In {self.installation.home} there is not (in this version): {names}. "
                f"Install it: {advice.install()}"
            )

    def _prepare(self, extra: Mapping[str, str]) -> tuple[tuple[str, ...], dict[str, str]]:
        """Make way and lay out the run folder; return LocalStack's command line and environment."""
        self._kill(self.strays())
        self._clear()
        self.refuse_taken_port()
        installation, root = self.installation, self.folder / "fs"
        (self.folder / "tmp").mkdir(parents=True)
        (root / LIBRARIES).parent.mkdir(parents=True)
        (root / LIBRARIES).symlink_to(installation.catalog)
        certificate.lay(installation.home, self.folder)
        plugins.lay(plugins.place(installation.home))
        if self.log.exists():
            self.log.replace(self.log.with_name("log.previous"))
        # -P: without the run folder on its path, LocalStack finds the index of entry points that it has kept
        command = (str(installation.python), "-P", "-m", "tailrace.startup.process")
        env = settings.environment(
            home=installation.home, folder=self.folder, port=self.port, java=installation.java, settings=extra
        )
        return command, env

    def _becomes_healthy(self) -> bool:
        """Wait until LocalStack is healthy; False if it does not run, or ends meanwhile."""
        deadline = time.monotonic() + PATIENCE
        while self.process() is not None:
            if self._health() is not None:
                return self.process() is not None  # or else somebody else answered
            if time.monotonic() > deadline:
                raise self._unhealthy(f"LocalStack was not healthy after {PATIENCE:.0f} s")
            time.sleep(POLL)
        return False

    def _unhealthy(self, what: str) -> UnhealthyError:
        tail = self.tail()
        self._kill(self._family(self.process()))
        self._clear()
        if refused := REFUSED.search(tail):
            return UnhealthyError(f"LocalStack could not be started. {refused[1]}")
        return UnhealthyError(
            f"{what}. The end of its log ({self.log}):\n{tail}\n"
            f"To see what may be in the way: {advice.doctor()}"
        )

    def _health(self) -> Mapping[str, str] | None:
        """Return the services' states, None while it does not answer."""
        with processes.uninterrupted():
            from .health import services  # noqa: PLC0415  what it imports comes while LocalStack starts

        return services(self.port)

    def strays(self) -> set[Process]:
        """Return the processes of this run folder, known by their environment, and their descendants."""
        known = processes.with_environment((f"FILESYSTEM_ROOT={self.folder / 'fs'}".encode(),))
        return known.union(*(processes.descendants(one.pid) for one in known))

    def _family(self, leader: Process | None) -> set[Process]:
        """Return LocalStack, all that it started, and what an emulator killed earlier may have left."""
        return self.strays() | ({leader} | processes.descendants(leader.pid) if leader else set())

    def _follow(self, leader: Process) -> set[Process]:
        """Wait until it has ended by itself, or the time of grace is over; return all that it started."""
        family: set[Process] = set()
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline:
            family |= processes.descendants(leader.pid)
            if not processes.wait_for_end([leader], 0.2):
                break
        return family

    def _kill(self, family: set[Process]) -> set[Process]:
        processes.send(family, signal.SIGKILL)
        return processes.wait_for_end(family, AFTER_KILL)

    def _clear(self) -> None:
        """Leave nothing in the run folder but the logs."""
        pidfile.remove(self.folder)
        (self.folder / settings.SEAMS).unlink(missing_ok=True)
        for name in ("fs", "tls", "tmp"):
            trees.remove(self.folder / name)

    def _busy(self, holder: str) -> EmulatorError:
        return StartError(
            f"Another process ({holder}) has been starting or stopping the emulator on port {self.port} for "
            f"{PATIENCE:.0f} s. Wait for it, or end it."
        )


def _detach(command: tuple[str, ...], folder: Path, env: Mapping[str, str], log: Path) -> Process:
    """Start a program in a session of its own, as nobody's child, and return its process."""
    script = '"$@" >>"$0" 2>&1 </dev/null & echo $!'
    shell = subprocess.run(
        ["/bin/sh", "-c", script, str(log), *command],
        cwd=folder, env=env, stdout=subprocess.PIPE, start_new_session=True, check=True, text=True,
    )  # fmt: skip
    one = processes.process(int(shell.stdout))
    if one is None:
        raise StartError(f"LocalStack ended at once. Its log: {log}")
    return one
