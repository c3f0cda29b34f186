"""Names of somebody else's that the bench replaces: a renamed name, or another signature, is a sentence."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tailrace.seams import SeamError, check, replace, seams, signature_in

pytestmark = pytest.mark.unit
MODULE = "invented_service"
SOURCE = """
LIMIT = 3
class Server:
    def put(self, key, /, value=None, *, soon=False): ...
    @staticmethod
    def make(port): return "theirs", port
def read(*names, **settings): ...
"""
KNOWN = {
    MODULE: {
        "LIMIT": "value",
        "Server": "class",
        "Server.put": "(self, key, /, value, *, soon)",
        "Server.make": "(port)",
        "read": "(*names, **settings)",
    }
}


@pytest.fixture
def module() -> Iterator[ModuleType]:
    """Stand for a module of somebody else's that is loaded."""
    made = ModuleType(MODULE)
    sys.modules[MODULE] = made
    exec(compile(SOURCE, MODULE, "exec"), vars(made))  # noqa: S102  the source above
    yield made
    del sys.modules[MODULE]


def test_known_names_pass(module: ModuleType) -> None:
    """A module that is as it is known passes, loaded or only compiled."""
    check(KNOWN)
    code = compile(SOURCE, module.__name__, "exec")
    assert {name: signature_in(code, name) for name in KNOWN[MODULE]} == KNOWN[MODULE]


def test_replaced(module: ModuleType) -> None:
    """Ours stands where theirs stood, which is given back; a static method stays one."""
    usual = replace(module.Server, "make", lambda port: ("ours", port), KNOWN)
    assert (usual(1), module.Server.make(1), module.Server().make(2)) == (
        ("theirs", 1), ("ours", 1), ("ours", 2),
    )  # fmt: skip
    assert (replace(module, "LIMIT", 4, KNOWN), module.LIMIT) == (3, 4)


def test_what_is_replaced_already_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is replaced before the check is judged by the code of its module, not by ours in its place."""
    (tmp_path / "invented_early.py").write_text("def read(name): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    known = {"invented_early": {"read": "(name)"}}
    replace(importlib.import_module("invented_early"), "read", lambda *_: None, known)
    check(known)
    with pytest.raises(SeamError, match=r"has read as \(name\), where the bench knows \(other\)"):
        check({"invented_early": {"read": "(other)"}})


def test_a_name_that_code_makes_under_a_condition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be missing, is known all the same, and can be given; one that the code never makes cannot."""
    (tmp_path / "invented_condition.py").write_text("if not __name__:\n    import json as fast\n")
    monkeypatch.syspath_prepend(tmp_path)
    known = {"invented_condition": {"fast": "value", "slow": "value"}}
    made = importlib.import_module("invented_condition")
    check({"invented_condition": {"fast": "value"}})
    assert (replace(made, "fast", 7, known), made.fast) == (None, 7)
    with pytest.raises(SeamError, match="invented_condition has no slow"):
        replace(made, "slow", 7, known)


def test_renamed(module: ModuleType) -> None:
    """A name that is gone is refused, before anything is replaced and when it is to be replaced."""
    module.Server.store = module.Server.put
    del module.Server.put
    said = "invented_service has no Server.put, which the bench replaces"
    with pytest.raises(SeamError, match=said):
        check(KNOWN)
    with pytest.raises(SeamError, match=said):
        replace(module.Server, "put", lambda *_: None, KNOWN)


def test_another_signature(module: ModuleType) -> None:
    """A name that takes other parameters is refused; the sentence has both, and says what to do."""
    vars(module)["read"] = lambda name, **settings: (name, settings)
    with pytest.raises(SeamError) as refused:
        check(KNOWN)
    assert str(refused.value) == (
        "invented_service has read as (name, **settings), where the bench knows (*names, **settings). "
        "This is another version than the bench was made for: run `tailrace install`, which installs the "
        "versions that fit together."
    )
    with pytest.raises(SeamError, match="where the bench knows"):
        replace(module, "read", print, KNOWN)


def test_module_is_gone() -> None:
    """A module that cannot be found at all is refused by name."""
    with pytest.raises(SeamError, match="no_such_service has no Server"):
        check({"no_such_service": {"Server.put": "(self)"}})


def test_unknown_name(module: ModuleType) -> None:
    """What does not stand in the table is not replaced, so the list that doctor shows is whole."""
    with pytest.raises(SeamError, match="invented_service:read is not a name that the bench may"):
        replace(module, "read", print, {})
    assert module.read() is None


def test_listed_in_order() -> None:
    """The list has each name once, with its signature."""
    listed = [str(seam) for seam in seams()]
    assert listed == sorted(set(listed))
    assert "localstack.services.cloudformation.resource_provider:ResourceProviderExecutor.execute_action" in (
        listed[listed.index(each)].partition("(")[0] for each in listed
    )
