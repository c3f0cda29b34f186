"""Folders are removed that hold what may not be written, by an ordinary user too."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tailrace.control import trees

pytestmark = pytest.mark.emulator_only

NOBODY = 65534


@contextmanager
def as_ordinary_user(folder: Path) -> Iterator[None]:
    """Act as somebody whom permissions bind, to whom the folder belongs."""
    if os.geteuid() != 0:
        yield
        return
    os.chown(folder, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that an ordinary user can reach."""
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def test_code_that_is_read_only(folder: Path) -> None:
    """Files and folders that even their owner may not write go all the same; what a link points to stays."""
    with as_ordinary_user(folder):
        tree, kept = folder / "tree", folder / "kept"
        for place in ("code/a/b", "code/c"):
            (tree / place).mkdir(parents=True)
            (tree / place / "main.py").touch(0o444)
        kept.touch()
        (tree / "code" / "link").symlink_to(kept)
        for place in ("code/a/b", "code/a", "code/c", "code"):
            (tree / place).chmod(0o555)
        trees.remove(tree)
        assert [one.name for one in folder.iterdir()] == ["kept"]


def test_nothing_there(folder: Path) -> None:
    """What is not there needs no removing."""
    trees.remove(folder / "nothing")
    assert list(folder.iterdir()) == []


def test_what_is_somebody_elses(folder: Path) -> None:
    """What we may not remove stays, without an error."""
    if os.geteuid() != 0:
        pytest.skip("only root can make something of somebody else's")
    (folder / "theirs").mkdir()
    (folder / "theirs" / "file").touch()
    (folder / "theirs").chmod(0o755)
    with as_ordinary_user(folder):
        trees.remove(folder / "theirs")
    assert (folder / "theirs" / "file").exists()
