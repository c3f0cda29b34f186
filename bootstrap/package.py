"""The functions' code as archives: same sources and packages, same bytes, on every machine.

A function's archive holds what that function runs and nothing else, so a change of one function changes one.
"""

import hashlib
import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bootstrap.errors import HandlerError
from bootstrap.requirements import ROOT, Platform, installed, shown_path

HANDLER = ROOT / "handler"
REQUIREMENTS = "requirements.txt"
PYTHON = "3.13"
"""Of a function whose template does not say."""
LARGEST = 262_144_000
"""Bytes of a function's code when unpacked: Lambda's 250 MB, however the archive gets there."""
# The user's own files. With another folder of a user's they are that folder's, and the rest is handler/'s.
_THE_USER_S = {"analytics.py"}
_OF_THE_TESTS = "samples.py"
# What the detector needs of the handler's code: how totals are named and read.
_SHARED = "handler/once/totals.py"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that the format knows
_READABLE, _EXECUTABLE = 0o100644, 0o100755  # by all: Lambda runs the code as another user
_UNIX = 3


@dataclass(frozen=True)
class Package:
    """An archive's bytes and their SHA-256 in hex, which names it."""

    content: bytes
    digest: str

    @property
    def key(self) -> str:
        """The name under which it is stored."""
        return f"{self.digest}.zip"

    @property
    def size(self) -> str:
        """How large it is, unpacked too, since nothing in it is compressed."""
        return shown_size(len(self.content))


class Code(NamedTuple):
    """What the two functions run."""

    handler: Package
    detector: Package


class Executable(bytes):
    """The bytes of a file that may be run."""


def pack(files: Mapping[str, bytes]) -> Package:
    """Pack files by path, uncompressed: what zlib makes of them differs between builds of Python."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as zipped:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = (_EXECUTABLE if isinstance(files[name], Executable) else _READABLE) << 16
            zipped.writestr(entry, files[name])
    content = archive.getvalue()
    return Package(content, hashlib.sha256(content).hexdigest())


def pack_handler(folder: Path = HANDLER, platform: Platform | None = None) -> Package:
    """Pack the handler with the packages that it needs: `handler_files`, within what Lambda takes.

    Raises `HandlerError` where that is too large.
    """
    files = handler_files(folder, platform)
    refuse_too_large(files)
    return pack(files)


def pack_detector() -> Package:
    """Pack the detector."""
    return pack(detector_files())


def handler_files(folder: Path = HANDLER, platform: Platform | None = None) -> dict[str, bytes]:
    """Return every file of the handler's archive by its path.

    They are the delivery layer, the user's own files (those of `folder`), and the packages of the folder's
    `requirements.txt` for the platform, which is by default that of an emulator here.
    """
    if not (folder / "analytics.py").is_file():
        raise HandlerError(f"There is no {shown_path(folder / 'analytics.py')}: HANDLER= names its folder.")
    user_s = set() if folder == HANDLER else {f"handler/{name}" for name in _THE_USER_S}
    own = {name: file for name, file in sources(HANDLER, "handler").items() if name not in user_s}
    packages = installed(folder / REQUIREMENTS, platform or Platform.of_machine(PYTHON))
    if any(name.partition("/")[0] == "handler" for name in packages):
        raise HandlerError(
            f"{shown_path(folder / REQUIREMENTS)} brings a package named handler, which would hide your own "
            "code: leave it out."
        )
    files = {name: _content(path) for name, path in packages.items()}
    return files | own | sources(folder, "handler")


def detector_files() -> dict[str, bytes]:
    """Return every file of the detector's archive; what the handler shares stands in empty packages."""
    folders = {"handler/__init__.py": b"", "handler/once/__init__.py": b""}
    return sources(ROOT / "detector", "detector") | folders | {_SHARED: (ROOT / _SHARED).read_bytes()}


def sources(folder: Path, name: str) -> dict[str, bytes]:
    """Return all files of a folder by their path under `name`, but not what no function reads."""
    return {f"{name}/{path.relative_to(folder).as_posix()}": _content(path) for path in _own_files(folder)}


def watched_files(folder: Path) -> list[Path]:
    """Return the files that the handler's archive is made from, its requirements among them."""
    return [*_own_files(HANDLER), *_own_files(folder), folder / REQUIREMENTS]


def _own_files(folder: Path) -> Iterator[Path]:
    """Give the files that belong to a function: none that are hidden, compiled, or an editor's."""
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        beside = (
            path.suffix in {".pyc", ".pyo"}
            or path.name.endswith("~")
            or parts in {(REQUIREMENTS,), (_OF_THE_TESTS,)}
        )
        if path.is_file() and not hidden and not beside:
            yield path


def refuse_too_large(files: Mapping[str, bytes]) -> None:
    """Raise `HandlerError` if Lambda would not take the files, with what is largest among them."""
    size = sum(map(len, files.values()))
    if size <= LARGEST:
        return
    shares = Counter[str]()
    for name, content in files.items():
        shares[name.partition("/")[0]] += len(content)
    largest = ", ".join(f"{name} ({shown_size(share)})" for name, share in shares.most_common(3))
    raise HandlerError(
        f"The handler has {shown_size(size)} with its packages; Lambda takes {shown_size(LARGEST)} "
        f"(unpacked). The largest parts are {largest}: leave out what the handler does not need."
    )


def shown_size(size: int) -> str:
    """Return a size as AWS counts it.

    >>> shown_size(262_144_000), shown_size(35_000)
    ('250.0 MB', '34 KB')
    """
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{size / 2**10:.0f} KB"


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    return Executable(content) if path.stat().st_mode & 0o100 else content
