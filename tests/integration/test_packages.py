"""The handler's packages: what is installed of them, and that the function runs with them."""

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from bootstrap.errors import HandlerError
from bootstrap.package import HANDLER, Code, pack, pack_detector, pack_handler
from bootstrap.requirements import Platform, installed
from tests.frame.events import event
from tests.integration.conftest import MakePipeline

pytestmark = [pytest.mark.anywhere, pytest.mark.recipe]
LAMBDA = Platform("3.13", "x86_64")
INFO = "grading-1.0.dist-info"
FILES = {
    "grading.py": "def grade(value):\n    return 'high' if value > 9 else 'low'\n",
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: grading\nVersion: 1.0\n",
    f"{INFO}/entry_points.txt": "[console_scripts]\ngrading = grading:grade\n",
}
NEEDS_IT = """
from grading import grade

assert grade(10) == "high"
"""


def wheel(folder: Path, tag: str) -> Path:
    """Make a wheel of one module, with a script and a program, for some platform."""
    path = folder / f"grading-1.0-{tag}.whl"
    marks = {f"{INFO}/WHEEL": f"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: {tag}\n"}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (FILES | marks).items():
            archive.writestr(name, text)
        program = zipfile.ZipInfo("grading_tool/run")
        program.external_attr = 0o100755 << 16
        archive.writestr(program, "#!/bin/sh\n")
        names = [*FILES, *marks, "grading_tool/run", f"{INFO}/RECORD"]
        archive.writestr(f"{INFO}/RECORD", "".join(f"{name},,\n" for name in names))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a handler's folder that needs a package."""
    found = tmp_path / "handler"
    found.mkdir()
    (found / "analytics.py").write_text((HANDLER / "analytics.py").read_text() + NEEDS_IT)
    (found / "requirements.txt").write_text(f"grading @ {wheel(tmp_path, 'py3-none-any').as_uri()}\n")
    return found


def test_what_is_packed(folder: Path, tmp_path: Path) -> None:
    """A package's modules, metadata and programs are packed, and nothing that tells of this machine."""
    found = installed(folder / "requirements.txt", LAMBDA, tmp_path / "cache")
    assert set(found) == {*FILES, f"{INFO}/WHEEL", f"{INFO}/RECORD", "grading_tool/run"}
    assert os.access(found["grading_tool/run"], os.X_OK)
    assert str(tmp_path) not in found[f"{INFO}/RECORD"].read_text()


def test_two_machines(folder: Path, tmp_path: Path) -> None:
    """Installed twice, in two places, the packages are the same bytes."""
    digests = set()
    for place in ("one", "another"):
        found = installed(folder / "requirements.txt", LAMBDA, tmp_path / place)
        digests.add(pack({name: path.read_bytes() for name, path in found.items()}).digest)
    assert len(digests) == 1


def test_nothing_is_asked_twice(folder: Path, tmp_path: Path) -> None:
    """What was installed once is there without its source, until the requirements change."""
    cache, requirements = tmp_path / "cache", folder / "requirements.txt"
    first = installed(requirements, LAMBDA, cache)
    (tmp_path / "grading-1.0-py3-none-any.whl").unlink()
    assert installed(requirements, LAMBDA, cache) == first
    requirements.write_text(requirements.read_text() + "# changed\n")
    with pytest.raises(HandlerError, match="its packages could not be installed"):
        installed(requirements, LAMBDA, cache)
    assert len(list(cache.iterdir())) == 1, "what failed leaves nothing"


def test_a_hash_that_differs(folder: Path, tmp_path: Path) -> None:
    """A lock's hashes are checked, and once there is one, each package needs its own."""
    path, requirements = tmp_path / "grading-1.0-py3-none-any.whl", folder / "requirements.txt"
    right = hashlib.sha256(path.read_bytes()).hexdigest()
    requirements.write_text(f"grading @ {path.as_uri()} --hash=sha256:{right}\n")
    assert installed(requirements, LAMBDA, tmp_path / "cache")
    requirements.write_text(f"grading @ {path.as_uri()} --hash=sha256:{'0' * 64}\n")
    with pytest.raises(HandlerError, match="could not be installed"):
        installed(requirements, LAMBDA, tmp_path / "cache")


def test_the_function_runs_with_it(folder: Path, make_pipeline: MakePipeline) -> None:
    """The function imports what its requirements name."""
    code = Code(pack_handler(folder), pack_detector())
    pipeline = make_pipeline("packages", SHARDS="1", code=code)
    pipeline.put([event("graded")])
    pipeline.settle().check()
