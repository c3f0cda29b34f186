"""The emulator's image: whether it is of these very sources, and building it."""

import hashlib
import subprocess
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from itertools import dropwhile
from pathlib import Path

from tailrace.control.installation import RUNTIMES
from tailrace.sentences import last_line

from .engine import DockerEngine
from .errors import ImageError

NAME = "tailrace:latest"
OWN = "EMULATOR_IMAGE"  # an image of somebody else's making, taken as it is
BASE = "EMULATOR_BASE"  # what ours is built upon
DOCKERFILE = "bench/Dockerfile"
LABEL = "tailrace.sources"
HEARTBEAT = 10.0  # seconds between two signs of life
TAIL = 12  # lines of a failed build that are shown


def name(environ: Mapping[str, str]) -> str:
    """Return the name of the image that is run."""
    return environ.get(OWN) or NAME


def sources(folder: Path, runtimes: str = "") -> str:
    """Return what tells these sources from others: a digest of all that goes into the image.

    `runtimes` are the Lambda runtimes that are wanted in it, as RUNTIMES names them.
    """
    digest = hashlib.sha256("".join((*_uv(folder / "requirements.txt"), runtimes)).encode())
    for file in _files(folder):
        digest.update(f"{file.relative_to(folder)}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def stands(engine: DockerEngine, folder: Path) -> bool:
    """Tell whether the image that would be run is there, and of these very sources if it is ours."""
    if engine.environ.get(OWN):
        return engine.run("image", "inspect", name(engine.environ)).returncode == 0
    return _built_of(engine) == sources(folder, engine.environ.get(RUNTIMES, ""))


def ensure(engine: DockerEngine, folder: Path, report: Callable[[str], None]) -> bool:
    """Build the image if there is none of these sources; tell whether it was built. Raises ImageError.

    An image that EMULATOR_IMAGE names is somebody else's: it is not built.
    """
    if engine.environ.get(OWN) or stands(engine, folder):
        return False
    if _built_of(engine) is None:
        report(
            f"Building the image {NAME}: at most 330 MB to fetch, some minutes, once; changes of the "
            "emulator's code take seconds then (EMULATOR=embedded does without an image)"
        )
    else:
        report(f"Building the image {NAME} anew: the emulator's sources have changed")
    build(engine, folder, sources(folder, engine.environ.get(RUNTIMES, "")), report)
    return True


def build(engine: DockerEngine, folder: Path, digest: str, report: Callable[[str], None]) -> None:
    """Build the image and report every ten seconds how far it is; raises ImageError."""
    began = time.monotonic()
    arguments = {
        "SOURCES": digest,
        "VERSION": version(folder),
        "REVISION": engine.environ.get("EMULATOR_REVISION", ""),
        "BASE": engine.environ.get(BASE, ""),
        RUNTIMES: engine.environ.get(RUNTIMES, ""),
    }
    given = [word for key, value in arguments.items() if value for word in ("--build-arg", f"{key}={value}")]
    command = ("docker", "build", "--file", DOCKERFILE, "--tag", NAME, *given, ".")
    log = folder / ".build" / "image.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("w", encoding="utf-8") as said, subprocess.Popen(
        command, cwd=folder, env=engine.environ, stdin=subprocess.DEVNULL, stdout=said, stderr=said
    ) as building:  # fmt: skip
        try:
            while _runs(building):
                report(f"  … {time.monotonic() - began:.0f} s so far: {last_line(_read(log))[:90]}")
        except BaseException:
            building.kill()
            raise
    if building.returncode:
        tail = "\n".join(f"    {line}" for line in _read(log).splitlines()[-TAIL:])
        raise ImageError(f"The image could not be built ({log}):\n{tail}")
    report(f"The image {NAME} is built ({time.monotonic() - began:.0f} s)")


def remove(engine: DockerEngine) -> None:
    """Remove the image that was built here, if it is there and nothing else needs it."""
    engine.run("image", "rm", NAME)


def version(folder: Path) -> str:
    """Return the emulator's version."""
    text = (folder / "bench" / "pyproject.toml").read_text(encoding="utf-8")
    found: str = tomllib.loads(text)["project"]["version"]
    return found


def _built_of(engine: DockerEngine) -> str | None:
    """Return what tells the sources of our image, None if it is not there."""
    found = engine.run("image", "inspect", "--format", f'{{{{index .Config.Labels "{LABEL}"}}}}', NAME)
    return None if found.returncode else found.stdout.strip()


def _files(folder: Path) -> Iterator[Path]:
    emulator = folder / "bench"
    yield from (emulator / name for name in ("Dockerfile", "healthy", "pyproject.toml"))
    package = sorted((emulator / "tailrace").rglob("*"))
    yield from (file for file in package if file.is_file() and file.parent.name != "__pycache__")


def _uv(lock: Path) -> Iterator[str]:
    """Give the lines of the lock that are about uv: the only tool that the image is made with."""
    lines = dropwhile(lambda line: not line.startswith("uv=="), lock.read_text(encoding="utf-8").splitlines())
    for line in lines:
        yield line
        if not line.endswith("\\"):
            return


def _runs(building: subprocess.Popen[bytes]) -> bool:
    try:
        building.wait(HEARTBEAT)
    except subprocess.TimeoutExpired:
        return True
    return False


def _read(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")
