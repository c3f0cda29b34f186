"""The certificate by which clients know the emulator over TLS: made at installation, signed by itself."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from .fetching import Site
from .offline import OFFLINE
from .parts import PACKAGE, Part

PROGRAM = PACKAGE / "startup" / "certifying.py"
FILE = "localhost.pem"
"""Key and certificate; the certificate alone has `.crt` behind it, which is what clients are given."""
NAMES = (
    "localhost",
    "*.localhost",
    "localhost.localstack.cloud",
    "*.localhost.localstack.cloud",
    "*.s3.localhost.localstack.cloud",
    "host.docker.internal",
    "127.0.0.1",
    "::1",
)
"""By which the emulator is reached, and buckets in it."""
DAYS = 800
"""For which it is good; systems that judge strictly take no longer one."""
RENEWED = 30 * 86_400
"""Seconds before its end at which a new one is made."""


def given(folder: Path) -> Path:
    """Return where in a run folder the certificate of an emulator in a container is kept for its clients."""
    return folder / "tls" / f"{FILE}.crt"


def laid(folder: Path) -> Path:
    """Return where an emulator with this run folder reads key and certificate."""
    return folder / "tls" / FILE


def lay(home: Path, folder: Path) -> None:
    """Copy an installation's key and certificate to where an emulator reads them, and writes them anew."""
    shutil.copytree(home / Certificate.where, laid(folder).parent)


class Certificate(Part):
    """Key and certificate, in files that LocalStack reads."""

    where = "certificate"
    title = "a certificate for TLS"
    download = 0
    room = 1

    def made_of(self) -> Sequence[bytes]:
        """Return what decides what the part holds."""
        return (PROGRAM.read_bytes(), repr((NAMES, DAYS)).encode())

    def runs(self, folder: Path) -> bool:
        """Tell whether the certificate is good for some time still."""
        try:
            made = (folder / FILE).stat().st_mtime
        except OSError:
            return False
        return time.time() < made + DAYS * 86_400 - RENEWED

    def make(self, site: Site) -> None:
        """Make it, with LocalStack's Python, which has the library for it."""
        python = site.home / "localstack" / "bin" / "python"
        site.run((python, "-I", PROGRAM, site.folder / FILE, str(DAYS), *NAMES), self.title, dict(OFFLINE))
