"""The functions' code as an archive: same sources, same bytes, on every machine."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("handler", "detector")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that the format knows
_READABLE = 0o100644 << 16  # a plain file that all may read: Lambda runs the code as another user
_UNIX = 3


@dataclass(frozen=True)
class Package:
    """The archive's bytes and their SHA-256 in hex, which names it."""

    content: bytes
    digest: str

    @property
    def key(self) -> str:
        """The name under which it is stored."""
        return f"{self.digest}.zip"


def pack(files: dict[str, bytes]) -> Package:
    """Pack sources by path, uncompressed: what zlib makes of them differs between builds of Python."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = _READABLE
            file.writestr(entry, files[name])
    content = archive.getvalue()
    return Package(content, hashlib.sha256(content).hexdigest())


def sources(root: Path = ROOT) -> dict[str, bytes]:
    """Return the Python sources of both functions, by their path from the root."""
    paths = [path for folder in FOLDERS for path in (root / folder).rglob("*.py")]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def pack_functions() -> Package:
    """Pack both functions: one archive for both."""
    return pack(sources())
