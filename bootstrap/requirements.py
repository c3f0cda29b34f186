"""The packages that the handler needs: wheels for the function's Python and platform, unpacked once, by uv.

They lie under `.build/packages/`, in a folder that is named after the requirements and the platform: what did
not change is not asked of the network again. What an installer notes about a machine is left out, so the same
versions are the same bytes everywhere.
"""

import hashlib
import os
import platform as machine
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bootstrap.errors import HandlerError

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".build" / "packages"
LAMBDA_GLIBC = 34  # glibc 2.34, of Amazon Linux 2023: Lambda's runtimes from Python 3.12 on
_OLDER_GLIBC = 17  # what Amazon Linux 2 has is newer; no wheels are made for more in between
_KNOWN_GLIBC = (34, 33, 32, 31, 28, _OLDER_GLIBC)  # of those that uv has names for
_ARCHITECTURES = {"arm64": "aarch64", "amd64": "x86_64"}  # under their other names
_INSTALLER_S = {"INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"}
_SCRIPTS = "bin"  # their first lines name this machine's Python
_INCLUDED = re.compile(r"^\s*(?:-r|-c|--requirement|--constraint)[ =]?\s*(\S+)", re.MULTILINE)
_NO_WHEEL = re.compile(
    r"(?:because|and) (?:all versions of )?([\w.-]+)\S* ha(?:s|ve) no (?:usable )?wheels", re.IGNORECASE
)


class Platform(NamedTuple):
    """Where a function runs.

    >>> Platform("3.13", "arm64").tag
    'aarch64-manylinux_2_34'
    """

    python: str
    """Such as 3.13."""
    architecture: str
    """As Lambda or the machine calls it."""
    glibc: int = LAMBDA_GLIBC
    """The minor version of the newest that its wheels may need."""

    @property
    def tag(self) -> str:
        """Its name for uv."""
        known = next(version for version in _KNOWN_GLIBC if version <= self.glibc)
        name = "manylinux2014" if known == _OLDER_GLIBC else f"manylinux_2_{known}"
        return f"{_ARCHITECTURES.get(self.architecture, self.architecture)}-{name}"

    @classmethod
    def of_lambda(cls, python: str, architecture: str) -> "Platform":
        """Return where AWS runs a function of this Python."""
        recent = int(python.partition(".")[2]) >= 12  # noqa: PLR2004  the first on Amazon Linux 2023
        return cls(python, architecture, LAMBDA_GLIBC if recent else _OLDER_GLIBC)

    @classmethod
    def of_machine(cls, python: str) -> "Platform":
        """Return where an emulator on this machine runs it: as Lambda does, on what the machine has."""
        library, version = machine.libc_ver()
        own = int(version.split(".")[1]) if library == "glibc" else LAMBDA_GLIBC
        as_on_lambda = cls.of_lambda(python, machine.machine())
        return as_on_lambda._replace(glibc=max(_OLDER_GLIBC, min(own, as_on_lambda.glibc)))


def installed(requirements: Path, platform: Platform, cache: Path = CACHE) -> dict[str, Path]:
    """Return every file of the packages by its path from the archive's root; none without requirements.

    Raises `HandlerError` with the packages that have no wheel for the platform, or with what uv says.
    """
    place = packages_of(requirements, platform, cache)
    if place is None:
        return {}
    return {path.relative_to(place).as_posix(): path for path in place.rglob("*") if _is_packed(path)}


def packages_of(requirements: Path, platform: Platform, cache: Path = CACHE) -> Path | None:
    """Return the folder in which the packages lie, installed if need be; None without requirements."""
    if not requirements.is_file() or not _lines(requirements):
        return None
    place = cache / _key(requirements, platform)
    if not place.exists():
        cache.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(dir=cache))
        try:
            _install(requirements, platform, half)
            _leave_out_the_machine(half)
            half.chmod(0o755)
            half.rename(place)
        except OSError:  # another process was as quick
            if not place.exists():
                raise
        finally:
            shutil.rmtree(half, ignore_errors=True)
    return place


def _is_packed(path: Path) -> bool:
    """Tell whether a file belongs into the archive: what Python compiled when it was tried here does not."""
    return path.is_file() and path.suffix != ".pyc"


def _lines(requirements: Path) -> list[str]:
    lines = requirements.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _key(requirements: Path, platform: Platform) -> str:
    digest = hashlib.sha256(f"{platform.python} {platform.tag}".encode())
    for path in _with_included(requirements):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _with_included(requirements: Path) -> Iterator[Path]:
    """Give the file and those that it includes."""
    waiting, seen = [requirements], set[Path]()
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        yield path
        waiting += [path.parent / name for name in _INCLUDED.findall(path.read_text(encoding="utf-8"))]


def _install(requirements: Path, platform: Platform, folder: Path) -> None:
    where = ("--python-platform", platform.tag, "--python-version", platform.python)
    hashes = ("--require-hashes",) if any("--hash=" in line for line in _lines(requirements)) else ()
    how = ("--only-binary", ":all:", "--no-compile-bytecode", "--link-mode", "copy", *hashes)
    what = ("--requirement", requirements, "--target", folder)
    done = subprocess.run(
        [
            Path(sys.prefix) / "bin" / "uv",
            "pip",
            "install",
            "--quiet",
            "--python",
            sys.executable,
            *where,
            *how,
            *what,
        ],
        env={name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise HandlerError(complaint(shown_path(requirements), platform, done.stderr))


def complaint(name: str, platform: Platform, said: str) -> str:
    """Return what is wrong with requirements as a sentence, and what uv said of it.

    >>> complaint("r.txt", Platform("3.13", "x86_64"), "Because pyaudio==1 has no usable wheels")
    'r.txt: there is no wheel of pyaudio for Python 3.13 on x86_64-manylinux_2_34, ...'
    """
    without = list(dict.fromkeys(_NO_WHEEL.findall(" ".join(said.split()))))
    if without:
        packages = " and of ".join(without)
        sentence = (
            f"there is no wheel of {packages} for Python {platform.python} on {platform.tag}, which is what "
            "Lambda needs: take another version, or another package."
        )
    else:
        sentence = "its packages could not be installed: see what uv says of it."
    indented = "".join(f"\n  {line}" for line in said.strip().splitlines())
    return f"{name}: {sentence}{indented}"


def shown_path(path: Path) -> str:
    """Return a path as a user of the project writes it."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


def _leave_out_the_machine(folder: Path) -> None:
    """Remove what the installer has added of its own, and sort what it has written."""
    for path in list(folder.rglob("*")):
        if path.name in _INSTALLER_S and path.parent.name.endswith(".dist-info"):
            path.unlink()
    (folder / ".lock").unlink(missing_ok=True)
    shutil.rmtree(folder / _SCRIPTS, ignore_errors=True)
    for record in folder.glob("*.dist-info/RECORD"):
        lines = record.read_text(encoding="utf-8").splitlines()
        there = [line for line in lines if (folder / line.split(",")[0].strip('"')).is_file()]
        record.write_text("".join(f"{line}\n" for line in sorted(there)), encoding="utf-8")
