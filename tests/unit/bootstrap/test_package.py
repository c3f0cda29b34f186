import io
import re
import zipfile
from pathlib import Path

import pytest

from bootstrap.package import pack, pack_functions, sources

pytestmark = pytest.mark.unit
SOURCES = {"handler/entry.py": b"def lambda_handler(event, context): ...\n", "handler/__init__.py": b""}


def test_same_sources_same_bytes() -> None:
    """The same sources give the same bytes, in whatever order they are found."""
    assert pack(SOURCES) == pack(dict(reversed(SOURCES.items())))


def test_the_bytes_are_known() -> None:
    """The bytes are the same on every machine and at every time: their hash is known."""
    assert pack(SOURCES).digest == "bf9ca98dd30cbefeb857639ced064ff2d7a25da39f679d95977fdff94cf9bdd2"


def test_other_sources_other_name() -> None:
    """One byte more in a source is another package under another name."""
    changed = pack(SOURCES | {"handler/__init__.py": b"\n"})
    assert changed.key != pack(SOURCES).key


def test_lambda_can_read_it() -> None:
    """Every file in it is plain and readable by all, which Lambda needs."""
    archive = zipfile.ZipFile(io.BytesIO(pack(SOURCES).content))
    assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}


def test_the_functions_themselves() -> None:
    """One archive holds the sources of both functions, and nothing that Python leaves beside them."""
    names = zipfile.ZipFile(io.BytesIO(pack_functions().content)).namelist()
    assert {"handler/entry.py", "detector/entry.py"} <= set(names)
    assert all(re.fullmatch(r"(handler|detector)/(once/)?\w+\.py", name) for name in names)


def test_what_lies_beside_the_sources(tmp_path: Path) -> None:
    """Folders and files that are no Python sources change nothing."""
    for name, content in SOURCES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "handler" / "__pycache__").mkdir()
    (tmp_path / "handler" / "__pycache__" / "entry.cpython-313.pyc").write_bytes(b"compiled")
    (tmp_path / "handler" / "notes.txt").write_text("mine")
    (tmp_path / "other.py").write_text("mine")
    assert sources(tmp_path) == SOURCES
