from pathlib import Path

import pytest

from tailrace.control import Installation
from tailrace.control.errors import InstallError
from tailrace.control.trimming import UNUSED, prove, trim

pytestmark = pytest.mark.emulator_only


def packages(folder: Path) -> Path:
    """Make a folder of packages, each with one file of a megabyte, and two that are used."""
    for name in (*UNUSED, "localstack", "bson"):
        (folder / name).mkdir(parents=True)
        (folder / name / "file.py").write_bytes(bytes(10**6))
    return folder


def test_what_goes(tmp_path: Path) -> None:
    """What is listed goes, what is not stays, and the freed megabytes are told."""
    assert trim(packages(tmp_path)) == len(UNUSED)
    assert sorted(path.parent.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("file.py")) == [
        "bson",
        "localstack",
    ]


def test_what_is_listed_must_be_there(tmp_path: Path) -> None:
    """A package that the locks no longer bring is noticed: its entry has to go."""
    (packages(tmp_path) / "gridfs" / "file.py").unlink()
    (tmp_path / "gridfs").rmdir()
    with pytest.raises(FileNotFoundError):
        trim(tmp_path)


def test_what_is_left_must_load(tmp_path: Path) -> None:
    """If a service cannot be loaded with what is left, there is no image."""
    program = tmp_path / "localstack" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho \"No module named 'bson'\" >&2; exit 1\n")
    program.chmod(0o755)
    with pytest.raises(InstallError, match="No module named 'bson'"):
        prove(Installation(tmp_path), tmp_path / "scratch")
