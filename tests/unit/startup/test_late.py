import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tailrace.startup import late
from tailrace.startup.late import Late

pytestmark = pytest.mark.unit

NAME = "tailrace_test_heavy"


@pytest.fixture
def heavy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the name of a module that is on the path and not imported."""
    (tmp_path / f"{NAME}.py").write_text("from pathlib import PurePath\nkind = 'real'\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield NAME
    sys.modules.pop(NAME, None)


def test_what_is_known_costs_nothing(heavy: str) -> None:
    """A name that is given is imported from the one that stands there."""
    sys.modules[heavy] = Late(heavy, kind="known")
    assert importlib.import_module(heavy).kind == "known"
    assert isinstance(sys.modules[heavy], Late)


def test_what_is_not_known_is_the_real_one(heavy: str) -> None:
    """The first other name brings the real module, for everybody after."""
    sys.modules[heavy] = Late(heavy, kind="known")
    assert importlib.import_module(heavy).PurePath is not None
    assert importlib.import_module(heavy).kind == "real"


def test_what_does_not_exist(heavy: str) -> None:
    """A name that the real module does not have is missing, as in any module."""
    stands = sys.modules[heavy] = Late(heavy)
    with pytest.raises(AttributeError):
        _ = stands.nothing
    with pytest.raises(AttributeError):
        _ = Late(heavy).__path__


def test_one_that_is_imported_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has been imported already is not replaced."""
    monkeypatch.setitem(sys.modules, late.SAM, sys)
    monkeypatch.setitem(sys.modules, late.EC2, sys)
    late.postpone()
    assert sys.modules[late.SAM] is sys
