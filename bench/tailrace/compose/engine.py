"""The Docker engine: whether it answers, has Compose, and is near enough; and running its program."""

import shutil
import subprocess
from collections.abc import Mapping
from subprocess import CompletedProcess
from typing import NamedTuple
from urllib.parse import urlsplit

from tailrace.sentences import last_line

from .errors import EngineError

PATIENCE = 10.0  # seconds for an answer of the engine
LONG = 180.0  # seconds for what starts or stops containers
OLDEST = (2, 24)  # of Compose: the file of the official image takes lists of the other away
NEAR = ("", "localhost", "127.0.0.1", "::1")


class DockerEngine(NamedTuple):
    """An engine that can be used; `environ` is what its program is run with."""

    version: str
    compose: str
    environ: Mapping[str, str]

    def run(self, *words: str, timeout: float = PATIENCE) -> CompletedProcess[str]:
        """Run `docker` with these words; the caller looks at the exit code. Raises EngineError."""
        return run(self.environ, *words, timeout=timeout)

    def ask(self, *words: str) -> str:
        """Run `docker` and return what it printed; raises EngineError if it fails."""
        done = self.run(*words)
        if done.returncode:
            raise EngineError(f"docker {' '.join(words)}: {last_line(done.stderr)}")
        return done.stdout.strip()


def find(environ: Mapping[str, str]) -> DockerEngine:
    """Return the engine that the `docker` program of this environment talks to.

    Raises EngineError, whose message says what is missing.
    """
    if not shutil.which("docker", path=environ.get("PATH")):
        raise EngineError("there is no docker program here")
    asked = run(environ, "version", "--format", "{{.Server.Version}}")
    if asked.returncode or not asked.stdout.strip():
        raise EngineError(f"no Docker engine answers ({last_line(asked.stderr)})")
    place = environ.get("DOCKER_HOST") or run(
        environ, "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"
    ).stdout.strip()  # fmt: skip
    if not near(place):
        raise EngineError(f"the Docker engine is on another machine ({place}): its 127.0.0.1 is not ours")
    compose = run(environ, "compose", "version", "--short").stdout.strip()
    if not recent(compose):
        wanted = ".".join(map(str, OLDEST))
        raise EngineError(
            f"a Docker engine answers, but it has {f'Compose {compose}' if compose else 'no Compose'}, "
            f"and {wanted} or newer is needed"
        )
    return DockerEngine(asked.stdout.strip(), compose, environ)


def near(place: str) -> bool:
    """Tell whether an engine at this address publishes ports on our own loopback.

    >>> near("unix:///var/run/docker.sock"), near("ssh://me@build-box"), near("tcp://10.0.0.5:2376")
    (True, False, False)
    """
    parts = urlsplit(place)
    return parts.scheme in {"", "unix", "npipe", "fd"} or (parts.hostname or "") in NEAR


def recent(compose: str) -> bool:
    """Tell whether this version of Compose is new enough.

    >>> recent("2.26.1-4"), recent("v2.40.0"), recent("2.20.3"), recent("")
    (True, True, False, False)
    """
    numbers = compose.removeprefix("v").split("-")[0].split(".")[:2]
    return all(number.isdecimal() for number in numbers) and tuple(map(int, numbers)) >= OLDEST


def run(environ: Mapping[str, str], *words: str, timeout: float = PATIENCE) -> CompletedProcess[str]:
    """Run `docker` with these words; raises EngineError if there is none, or it does not come to an end."""
    program = shutil.which("docker", path=environ.get("PATH")) or "docker"
    try:
        return subprocess.run(
            (program, *words), env=environ, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, errors="replace", check=False, timeout=timeout,
        )  # fmt: skip
    except OSError as error:
        raise EngineError(f"docker does not run: {error}") from error
    except subprocess.TimeoutExpired:
        raise EngineError(f"docker {words[0]} did not come to an end within {timeout:.0f} s") from None
