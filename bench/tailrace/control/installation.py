"""An installation: a folder that holds LocalStack, a Java runtime, DynamoDB Local and the Lambda runtimes.

home/localstack/             Python environment of LocalStack, with a Java runtime in it
home/runtimes/NAME/          a Lambda runtime; python3.13 always
home/certificate/            the certificate that clients trust, and its key
home/dynamodb-local/         DynamoDBLocal.jar and its libraries
home/dynamodb-cache/         what Java remembers of a first run of it
home/plugins/*/              where LocalStack finds this package, made at each start; one for each project
home/cache/                  what LocalStack computes once and keeps
home/run/PORT/               what runs: see `emulator.py`
"""

import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tailrace.endpoint import DEFAULT_HOME, HOME
from tailrace.functions import runtimes

from . import advice, pidfile
from .certificate import FILE, Certificate
from .claim import claim
from .errors import BusyError, InstallError
from .fetching import FULL_ERRNOS, Report, Site, disk_full
from .parts import CATALOG, STAMP, LocalStack, Part, java_of
from .processes import Process
from .simulator import DynamoDBLocalFiles, DynamoDBLocalTraining

RUNTIMES = "RUNTIMES"
SYSTEM = "linux"  # functions are frozen, measured and ended by pidfd, /proc and namespaces
ELSEWHERE = "The embedded emulator runs on Linux only. Start a Docker engine, and set EMULATOR=docker."
OTHERS = 900.0  # seconds for which another installation may keep us waiting
PARTS: tuple[Part, ...] = (  # in the order in which they are made
    LocalStack(
        "localstack", "localstack.txt", "LocalStack 2026.3.0 and a Java runtime", download=115, room=480
    ),
    Certificate(),
    DynamoDBLocalFiles(),
    DynamoDBLocalTraining(),
)
LEFTOVER = ".making-"  # how the folder of a part begins while it is made


class Installation:
    """One installation in the folder `home`; many emulators may run from it at once, on different ports."""

    def __init__(
        self,
        home: Path | str,
        parts: Sequence[Part] | None = None,
        asked: Iterable[str] = (),
        platform: str = sys.platform,
    ) -> None:
        """Take the folder, and by name the Lambda runtimes that are wanted beside those that it has."""
        self.platform = platform
        self.home = Path(os.path.abspath(home))  # noqa: PTH100  a home that is a link stays one
        self.parts = (*PARTS, *runtimes.parts(self.home, asked)) if parts is None else parts
        self.run = self.home / "run"

    @classmethod
    def from_environment(cls, also: Iterable[str] = ()) -> "Installation":
        """Return the installation that EMULATOR_HOME names, `.emulator` in the current folder without it.

        RUNTIMES names Lambda runtimes that are wanted in it, and `also` more of them.
        """
        asked = (*runtimes.named(os.environ.get(RUNTIMES, "")), *also)
        return cls(os.environ.get(HOME) or DEFAULT_HOME, asked=asked)

    @property
    def python(self) -> Path:
        """LocalStack's Python."""
        return self.home / "localstack" / "bin" / "python"

    @property
    def java(self) -> Path:
        """The `java` program."""
        return java_of(self.home)

    @property
    def certificate(self) -> Path:
        """The file of the certificate by which clients know the emulator over TLS."""
        return self.home / Certificate.where / f"{FILE}.crt"

    @property
    def catalog(self) -> Path:
        """The folder of LocalStack's catalog of services."""
        return self.home / "localstack" / CATALOG

    def missing(self) -> list[Part]:
        """Return the parts that are not there, or were made from other locks than ours."""
        return [part for part in self.parts if not self._stands(part)]

    def needed(self) -> int:
        """Return the megabytes of disk that installing what is missing takes, at most."""
        return sum(part.room for part in self.missing())

    def install(self, report: Report) -> bool:
        """Make what is missing; tell whether anything was. What stands already is left alone.

        `report` is given lines of progress. Raises InstallError, with nothing half-made left in use.
        """
        if self.platform != SYSTEM:
            raise InstallError(ELSEWHERE)
        if not self.missing():
            return False
        began = time.monotonic()
        mine = claim(self.home / "install.lock", OTHERS, _busy, _waiting(report))
        with self._room(), mine as lock:
            self._clear_leftovers()
            missing = self.missing()  # another installation may have made them while we waited
            self._check(missing)
            for number, part in enumerate(missing, 1):
                site = Site(self.home, self._workplace(part), report, lock)
                self._make(part, f"[{number}/{len(missing)}]", site)
        report(f"The emulator is installed in {self.home} ({time.monotonic() - began:.0f} s)")
        return True

    def _stands(self, part: Part) -> bool:
        place = self.home / part.where
        try:
            stamped = (place / STAMP).read_text(encoding="ascii") == part.stamp()
        except OSError:
            return False
        return stamped and part.runs(place)

    def _check(self, missing: list[Part]) -> None:
        """Refuse what would end badly: too little room, or replacing what runs."""
        replaced = any((self.home / part.where).exists() for part in missing)
        for number, one in self.running() if replaced else ():
            raise InstallError(
                f"An emulator runs from {self.home} on port {number} (process {one.pid}), and parts of it "
                f"are to be replaced. Stop it first: {advice.stop(number)}"
            )
        free, needed = shutil.disk_usage(self.home).free // 2**20, self.needed()
        if free < needed:
            raise disk_full(f"{needed} MB are needed, {free} MB are free;", self.home)

    def running(self) -> Iterator[tuple[int, Process]]:
        """Yield port and process of each emulator that runs from here."""
        for folder in sorted(self.run.glob("[0-9]*")):
            if (one := pidfile.read(folder)) is not None and one.alive():
                yield int(folder.name), one

    def _make(self, part: Part, count: str, site: Site) -> None:
        began = time.monotonic()
        fetch = f": at most {part.download} MB to fetch" if part.download else ""
        site.report(f"{count} Installing {part.title}{fetch}")
        site.folder.mkdir(parents=True)
        try:
            part.make(site)
            (site.folder / STAMP).write_text(part.stamp(), encoding="ascii")
            self._put_in_place(site.folder, self.home / part.where)
        except BaseException:
            shutil.rmtree(site.folder, ignore_errors=True)
            raise
        site.report(f"{count} {part.title}: in place ({time.monotonic() - began:.0f} s)")

    def _put_in_place(self, made: Path, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink():
            place.unlink()
        elif place.exists():
            old = made.with_name(f"{made.name}-old")
            place.rename(old)
            made.rename(place)
            shutil.rmtree(old, ignore_errors=True)
            return
        made.rename(place)

    def _workplace(self, part: Part) -> Path:
        return self.home / f"{LEFTOVER}{part.where.replace('/', '-')}-{os.getpid()}"

    def _clear_leftovers(self) -> None:
        """Remove what killed installations left; nobody works there, or we had not the lock."""
        for folder in self.home.glob(f"{LEFTOVER}*"):
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _room(self) -> Iterator[None]:
        """Say it in a sentence if the disk is full, or the folder cannot be written."""
        try:
            yield
        except OSError as error:
            if error.errno in FULL_ERRNOS:
                raise disk_full("the emulator", self.home) from error
            raise InstallError(
                f"The installation failed: {error}. Can {self.home} be written by you?"
            ) from error


def _busy(holder: str) -> InstallError:
    return BusyError(
        f"Another installation (process {holder}) has been working here for {OTHERS:.0f} s. "
        "Wait for it, or stop it."
    )


def _waiting(report: Report) -> Report:
    return lambda holder: report(f"Waiting for another installation into this folder (process {holder})")
