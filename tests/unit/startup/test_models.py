import gzip
import json
from pathlib import Path

import pytest

from tailrace.startup.models import Once

pytestmark = pytest.mark.unit


def test_read_once(tmp_path: Path) -> None:
    """A file is opened and parsed once, whoever asks; its order of names stays."""
    file = tmp_path / "service-2.json.gz"
    file.write_bytes(gzip.compress(json.dumps({"b": 1, "a": [2]}).encode()))
    opened: list[str] = []

    def opener(path: str, mode: str) -> gzip.GzipFile:
        opened.append(path)
        return gzip.GzipFile(path, mode)

    once = Once()
    first = once.load(str(file), opener)
    assert isinstance(first, dict)
    assert list(first.items()) == [("b", 1), ("a", [2])]
    assert once.load(str(file), opener) is first
    assert opened == [str(file)]


def test_missing_file_is_asked_for_again(tmp_path: Path) -> None:
    """What is not there is None, and is found once it is there: paths are tried one after another."""
    once = Once()
    file = tmp_path / "endpoints.json"
    assert once.load(str(file), open) is None
    file.write_text("{}")
    assert once.load(str(file), open) == {}
