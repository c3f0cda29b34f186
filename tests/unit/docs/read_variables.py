"""Which environment variables the programs read, found in their syntax trees: nothing is imported or run."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]
_MAPPINGS = {"environ", "environment"}
"""What the mapping of all variables is called."""
_READS = re.compile(r"\benviron(ment)?(\.get|\.pop|\[)|getenv|envvar")
"""What a file holds that may read a variable: only such files are parsed."""


class Read(NamedTuple):
    """One place that reads a variable; the name is None where the code computes it."""

    name: str | None
    file: str


def reads(*places: str) -> Iterator[Read]:
    """Give each place that reads a variable: `environ[…]`, `environ.get(…)`, click's `envvar=…`."""
    for path in _files(places):
        for node in ast.walk(_tree(path)) if _READS.search(_source(path)) else ():
            for asked in _asked(node):
                yield Read(_text(asked, path), path.relative_to(ROOT).as_posix())


def written(pattern: str, *places: str) -> set[str]:
    """Return what matches in the programs' text."""
    return {text for path in _files(places) for text in re.findall(pattern, _source(path))}


def _files(places: tuple[str, ...]) -> Iterator[Path]:
    for place in places:
        top = ROOT / place
        yield from sorted(top.rglob("*.py")) if top.is_dir() else [top]


def _asked(node: ast.AST) -> Iterator[ast.expr]:
    """Give the expressions by which a node asks for variables."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and _is_mapping(node.value):
        yield node.slice
    if isinstance(node, ast.Call):
        yield from (word.value for word in node.keywords if word.arg == "envvar")
        called = node.func
        if isinstance(called, ast.Attribute) and (
            called.attr == "getenv" or (called.attr in {"get", "pop"} and _is_mapping(called.value))
        ):
            yield node.args[0]


def _is_mapping(node: ast.expr) -> bool:
    return (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")) in _MAPPINGS


def _text(node: ast.expr, path: Path) -> str | None:
    """Return what an expression says, if it is a text or the name of a module's constant."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        return _constants(path).get(node.id) or _imported(node.id, path)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        modules = (ROOT / "bench" / "tailrace").rglob(f"{node.value.id}.py")
        return next((_constants(one)[node.attr] for one in modules if node.attr in _constants(one)), None)
    return None


def _imported(name: str, path: Path) -> str | None:
    """Return the text of a constant that a module takes from another one."""
    taken = [node for node in ast.walk(_tree(path)) if isinstance(node, ast.ImportFrom)]
    for node, alias in ((one, alias) for one in taken for alias in one.names):
        if (alias.asname or alias.name) == name:
            file = f"{(node.module or '').replace('.', '/')}.py"
            there = [top / file for top in (ROOT / "bench", ROOT, path.parent) if (top / file).exists()]
            return _constants(there[0]).get(alias.name) if there else None
    return None


@cache
def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(_source(path))


@cache
def _constants(path: Path) -> dict[str, str]:
    """Return a module's constants that are literals: `A = "…"`, and `A, B = "…", "…"`."""
    found = {}
    for node in (one for one in _tree(path).body if isinstance(one, ast.Assign)):
        target, value = node.targets[0], node.value
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        values = value.elts if isinstance(value, ast.Tuple) else [value]
        for name, one in zip(names, values, strict=False):
            if isinstance(name, ast.Name) and isinstance(one, ast.Constant):
                found[name.id] = str(one.value)
    return found
