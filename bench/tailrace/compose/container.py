"""One emulator in a container: docker-compose.yml's service, on one port."""

import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple

from tailrace.control import processes
from tailrace.control.certificate import FILE as PEM
from tailrace.control.certificate import Certificate
from tailrace.control.errors import PortTakenError
from tailrace.control.occupant import occupant, taken_by
from tailrace.endpoint import HOME, HOST, at
from tailrace.sentences import last_line

from . import image
from .engine import LONG, DockerEngine
from .errors import ContainerError

FILE = "docker-compose.yml"
OFFICIAL, OFFICIAL_FILE = "LOCALSTACK_IMAGE", "docker-compose.official.yml"  # an image of LocalStack's own
OFFLINE, OFFLINE_FILE = "EMULATOR_OFFLINE", "docker-compose.offline.yml"  # 1: without a way out
EMULATOR, FUNCTIONS = "tailrace.emulator", "tailrace.functions"  # labels; their value is the port
FOLDER = "com.docker.compose.project.working_dir"  # label: whose file it was started from
UNLICENSED = 55  # exit code of LocalStack's own image without a licence
PULL = 1800.0  # seconds for fetching LocalStack's own image and starting it
HEALTHY_WITHIN = "90"  # seconds
GRACE = "2"  # seconds to end by itself: all state goes with the container anyway
TAIL = 25  # lines of the log that an error shows
Report = Callable[[str], None]


class FoundContainer(NamedTuple):
    """A container as the engine has it; `folder` is where it was started from."""

    name: str
    running: bool
    folder: Path


class Container:
    """The emulator on one port, by the docker-compose.yml of `folder`."""

    def __init__(self, engine: DockerEngine, port: int, folder: Path) -> None:
        self.engine, self.port, self.folder = engine, port, folder.resolve()
        self.project = f"tailrace-{port}"

    @property
    def endpoint(self) -> str:
        """The address that goes into AWS_ENDPOINT_URL."""
        return at(self.port)

    @property
    def official(self) -> str:
        """The image of LocalStack's own that is wanted, empty if ours is."""
        return self.engine.environ.get(OFFICIAL, "")

    def prepare(self, report: Report) -> None:
        """See to it that the image is there. Raises ImageError."""
        if not (self.folder / FILE).is_file():
            raise ContainerError(f"There is no {FILE} in {self.folder}: go to the project's folder.")
        if not self.official:
            image.ensure(self.engine, self.folder, report)

    def up(self, report: Report) -> float | None:
        """Start it; return the seconds until it was healthy, None if it ran already.

        Raises ImageError, ContainerError, PortTakenError.
        """
        from tailrace.control.health import healthy  # noqa: PLC0415  a start without Docker does without

        found = self.find()
        if found and found.running and healthy(self.endpoint):
            self._refuse_other(found)
            return None
        self.prepare(report)
        self._refuse_taken_port(found)
        began = time.monotonic()
        started = self._compose("up", "--detach", "--wait", "--wait-timeout", HEALTHY_WITHIN, "--no-build")
        if started.returncode:
            raise self._failed(started.stderr)
        if not healthy(self.endpoint):
            self.down()
            raise ContainerError(
                f"The container was healthy, but nothing answers at {self.endpoint} from here. Is this "
                "machine itself a container, with its host's engine? EMULATOR=embedded runs without one."
            )
        return time.monotonic() - began

    def down(self) -> bool:
        """Remove it, and all that it started in containers; tell whether there was anything."""
        found = self.find()
        if found and found.folder != self.folder:
            return False
        functions = self._labelled(FUNCTIONS)
        if not found and not functions:
            return False
        ended = self._compose("down", "--volumes", "--remove-orphans", "--timeout", GRACE)
        if functions:
            self.engine.run("rm", "--force", "--volumes", *functions, timeout=LONG)
        if ended.returncode:
            raise ContainerError(f"The container could not be removed: {last_line(ended.stderr)}")
        return True

    def find(self) -> FoundContainer | None:
        """Return the container of this port, whoever started it; None if there is none."""
        named = self._labelled(EMULATOR)
        if not named:
            return None
        form = f'{{{{.Name}}}}\t{{{{.State.Running}}}}\t{{{{index .Config.Labels "{FOLDER}"}}}}'
        asked = self.engine.run("inspect", "--format", form, named[0])
        if asked.returncode:  # it has just gone
            return None
        name, running, folder = asked.stdout.rstrip("\n").split("\t")
        return FoundContainer(name.removeprefix("/"), running == "true", Path(folder))

    def log(self, lines: int | None = None) -> str:
        """Return its log, or the end of it; empty if there is no container."""
        found = self.find()
        if not found:
            return ""
        said = self.engine.run("logs", "--tail", str(lines or "all"), found.name, timeout=LONG)
        return (said.stdout + said.stderr).rstrip("\n")

    def certificate(self) -> str:
        """Return the certificate of its installation, by which clients know it over TLS.

        Empty if it does not run, was started from another folder, or has none, as LocalStack's own image.
        """
        found = self.find()
        if not found or not found.running or found.folder != self.folder:
            return ""
        file = f"${HOME}/{Certificate.where}/{PEM}.crt"
        shown = self.engine.run("exec", found.name, "sh", "-c", f'cat "{file}"')
        return "" if shown.returncode else shown.stdout

    def _labelled(self, label: str) -> list[str]:
        which = f"label={label}={self.port}"
        return self.engine.ask("ps", "--all", "--quiet", "--filter", which).split()

    def _compose(self, *words: str) -> CompletedProcess[str]:
        environ = self.engine.environ
        files = [
            FILE,
            *[OFFICIAL_FILE] * bool(self.official),
            *[OFFLINE_FILE] * (environ.get(OFFLINE) == "1"),
        ]
        named = [word for file in files for word in ("--file", str(self.folder / file))]
        engine = self.engine._replace(environ={**environ, "EMULATOR_PORT": str(self.port)})
        every = ("compose", "--project-name", self.project, *named, *words)
        return engine.run(*every, timeout=PULL if self.official else LONG)

    def _refuse_other(self, found: FoundContainer) -> None:
        if found.folder != self.folder:
            raise PortTakenError(
                f"Port {self.port} is taken by the container {found.name}, started from {found.folder}. "
                f"Stop it there (make down), or take another port: EMULATOR_PORT={self.port + 1}"
            )

    def _refuse_taken_port(self, found: FoundContainer | None) -> None:
        if found and found.running:
            self._refuse_other(found)
        elif processes.taken(HOST, self.port):
            raise PortTakenError(taken_by(self.port, occupant(self.port)))

    def _failed(self, said: str) -> ContainerError:
        """Say why it did not start, and remove what is there of it."""
        found = self.find()
        form = "{{.State.ExitCode}}\t{{.Config.Image}}"
        asked = self.engine.run("inspect", "--format", form, found.name).stdout if found else ""
        code, _, of = asked.strip().partition("\t")
        tail = self.log(TAIL)
        self.down()
        if code == str(UNLICENSED):
            return ContainerError(unlicensed(of))
        if not tail:
            return ContainerError(f"The container was not started: {last_line(said)}")
        return ContainerError(f"The container did not become healthy. The end of its log:\n{tail}")


def ports(engine: DockerEngine, folder: Path) -> list[int]:
    """Return the ports of all emulators that were started from this folder."""
    mine = ("--filter", f"label={EMULATOR}", "--filter", f"label={FOLDER}={folder.resolve()}")
    return [
        int(port)
        for port in engine.ask("ps", "--all", *mine, "--format", f'{{{{.Label "{EMULATOR}"}}}}').split()
    ]


def unlicensed(of: str) -> str:
    """Say what to do about exit code 55 of an image."""
    return (
        f"{of} ended with exit code {UNLICENSED}: it wants a licence. Set LOCALSTACK_AUTH_TOKEN to yours "
        f"(https://app.localstack.cloud), or take the last image that needs none, {OFFICIAL}="
        f"localstack/localstack:4.14.0, or unset {OFFICIAL}: the project's own image needs none."
    )
