"""The code of functions on disk: unpacked once per content, read only."""

import base64
import io
import tempfile
import threading
import zipfile
from pathlib import Path

from tailrace.control import trees

_MODE_BITS = 16


class CodeStore:
    """A folder in which every code package lies unpacked under its hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._unpacking = threading.Lock()

    def folder_of(self, code_sha256: str) -> Path:
        """Where the package with this hash (base64, as Lambda shows it) is, or will be."""
        return self.folder / base64.b64decode(code_sha256).hex()

    def unpack(self, code_sha256: str, package: bytes) -> Path:
        """Unpack the zip, unless it is there already."""
        place = self.folder_of(code_sha256)
        with self._unpacking:
            if place.exists():
                return place
            self.folder.mkdir(parents=True, exist_ok=True)
            half = Path(tempfile.mkdtemp(dir=self.folder))
            try:
                with zipfile.ZipFile(io.BytesIO(package)) as archive:
                    archive.extractall(half)
                    executable = {
                        i.filename for i in archive.infolist() if i.external_attr >> _MODE_BITS & 0o100
                    }
                _make_read_only(half, executable)
                half.rename(place)
            except BaseException:
                trees.remove(half)
                raise
        return place


def _make_read_only(folder: Path, executable: set[str]) -> None:
    for path in folder.rglob("*"):
        runs = path.is_dir() or path.relative_to(folder).as_posix() in executable
        path.chmod(0o555 if runs else 0o444)
    folder.chmod(0o555)
