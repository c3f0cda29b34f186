"""Nothing in the bench changes somebody else's module or class but through `seams.replace`."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tailrace.known_names import KNOWN

pytestmark = pytest.mark.unit

BENCH = Path(__file__).resolve().parents[3] / "bench" / "tailrace"
WAITING: set[str] = set()
"""Files that still replace names by themselves."""
OWN_PROCESS = {"testing/container.py", "load/locustfile.py"}
"""Sets an option of a library in a process of its user's: an object or a constant that configures it."""
PATCHERS = ("localstack.utils.patch", "unittest.mock")


IMPORTED = re.compile(r"^\s*(?:from|import) +(\w+)", re.MULTILINE)
WAYS = ("setattr", "delattr", "import_module", "unittest")


def changes(source: str) -> Iterator[str]:
    """Give each place in a module's source where a name of another package is set, deleted or patched."""
    if not any(way in source for way in WAYS) and not any(map(_is_other, IMPORTED.findall(source))):
        return  # nothing of others is in it: to read all takes long
    tree = ast.parse(source)
    foreign = set(_foreign(tree))
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                yield from (
                    f"{node.lineno}: {ast.unparse(each)}" for each in targets if _is_theirs(each, foreign)
                )
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target) if _is_theirs(target, foreign):
                yield f"{node.lineno}: {ast.unparse(target)}"
            case ast.Call(func=ast.Name(id="setattr" | "delattr")):
                yield f"{node.lineno}: {ast.unparse(node)}"
            case ast.ImportFrom(module=str(module)) if module in PATCHERS:
                yield f"{node.lineno}: {module}"


def _foreign(tree: ast.Module) -> Iterator[str]:
    """Give each name that stands for something of another package than Python's own and the bench's."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (each.asname or each.name.split(".")[0] for each in names if _is_other(each.name))
            case ast.ImportFrom(module=str(module), level=0, names=names) if _is_other(module):
                yield from (each.asname or each.name for each in names)
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=value)
            ) if _is_import(value):
                yield name


def _is_import(value: ast.expr | None) -> bool:
    """Tell whether a value is another package's module, imported by a call."""
    match value:
        case ast.Call(
            func=ast.Name(id="import_module") | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=name)],
        ):
            return _is_other(str(name))
    return False


def _is_other(module: str) -> bool:
    top = module.split(".", maxsplit=1)[0]
    return top != "tailrace" and top not in sys.stdlib_module_names


def _is_theirs(target: ast.expr, foreign: set[str]) -> bool:
    """Tell whether what is assigned to is an attribute of another package's module or class."""
    if isinstance(target, ast.Tuple | ast.List):
        return any(_is_theirs(each, foreign) for each in target.elts)
    if isinstance(target, ast.Subscript):  # vars(x)["name"] = …, x.__dict__["name"] = …
        object_of = ast.unparse(target.value)
        return object_of.startswith("vars(") or object_of.endswith(".__dict__")
    if not isinstance(target, ast.Attribute):
        return False
    owner: ast.expr = target
    while isinstance(owner, ast.Attribute):
        owner = owner.value
    return isinstance(owner, ast.Name) and owner.id in foreign


@pytest.mark.parametrize(
    "source",
    [
        "from localstack.services import x\nx.Provider.create = ours",
        "import twisted.web.http as http\nhttp.parse: object = ours",
        "http: Any = import_module('twisted.web.http')\nhttp.Factory.log = ours",
        "import importlib\nhttp = importlib.import_module('twisted')\nhttp.a, b = 1, 2",
        "from moto.logs.models import Group\nsetattr(Group, name, ours)",
        "from moto.logs.models import Group\ndel Group.put",
        "from moto.logs.models import Group\nvars(Group)['put'] = ours",
        "from localstack.utils.patch import patch",
        "import botocore\nbotocore.limit += 1",
    ],
)
def test_changes_are_seen(source: str) -> None:
    """Each way to change somebody else's module or class is seen."""
    assert len(list(changes(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "from localstack import config\nmine = config.X\nmine.value = 1",
        "import json\njson.dumps = ours",
        "class Ours:\n    def put(self):\n        self.config = 1",
        "from localstack.services.logs.models import stores\nstores[account][region].TAGS['a'] = 1",
    ],
)
def test_others_are_not(source: str) -> None:
    """What is ours, an object's state or an entry in a store is nobody's name."""
    assert list(changes(source)) == []


def test_only_seams_changes_what_is_not_ours() -> None:
    """Every name of somebody else's is replaced through `seams.replace`; files that wait for it are named."""
    found = {
        path.relative_to(BENCH).as_posix(): list(changes(path.read_text(encoding="utf-8")))
        for path in BENCH.rglob("*.py")
        if path.name != "seams.py"
    }
    offending = {name: places for name, places in found.items() if places and name not in OWN_PROCESS}
    assert {name: places for name, places in offending.items() if name not in WAITING} == {}
    assert WAITING - offending.keys() == set(), "converted: take it out of WAITING"


def test_every_known_name_is_used() -> None:
    """The table of known names holds no name that nothing in the bench mentions."""
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in BENCH.rglob("*.py") if path.name != "known_names.py"
    )
    names = {name.rpartition(".")[2] for names in KNOWN.values() for name in names}
    assert {name for name in names if name not in text} == set()
