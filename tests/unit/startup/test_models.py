import gzip
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.loaders import Loader

from tailrace.startup.models import Listed, Once, OneSession

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


def test_folders_are_gone_through_once(tmp_path: Path) -> None:
    """Loaders with the same paths go through the folders once between them; others anew."""
    (tmp_path / "a" / "kinesis" / "2013-12-02").mkdir(parents=True)
    (tmp_path / "a" / "kinesis" / "2013-12-02" / "service-2.json").write_text("{}")
    (tmp_path / "b").mkdir()
    asked: list[tuple[str, ...]] = []

    def usual(loader: Loader, *given: str) -> list[str]:
        asked.append(given)
        return Loader.list_available_services(loader, *given)

    listed = Listed(usual)
    for folders, expected in ([["a"], ["kinesis"]], [["a"], ["kinesis"]], [["b"], []]):
        loader = Loader([str(tmp_path / one) for one in folders], include_default_search_paths=False)
        assert listed.by(loader, "service-2") == expected
    assert asked == [("service-2",), ("service-2",)]


def test_one_session_for_all() -> None:
    """Whoever asks for a session gets the same one; all else is boto3's own."""
    boto3: Any = OneSession(SimpleNamespace(Session=object, session="its module"))
    assert boto3.Session() is boto3.Session()
    assert boto3.session == "its module"
