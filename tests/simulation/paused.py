"""The edge's own modules, with a place to pause before each of their statements.

The simulation runs these: so threads do not meet at locks alone, and a lock that is missing shows wherever it
would have been needed. They are the modules as they stand, parsed, changed and executed under their names.
"""

import ast
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tailrace.mapping import crew, deliveries, delivery, worker

__all__ = ["Pauses", "crew", "deliveries", "delivery", "worker"]
NAMES = ("crew", "rules.shard", "delivery", "deliveries", "worker")
PACKAGE = "tailrace.mapping"
HOOK = "__pause__"


class Pauses:
    """Who decides whether a thread pauses at a place; nobody outside of a history."""

    decide: Callable[[], None] = staticmethod(lambda: None)


def _pause() -> None:
    Pauses.decide()


class _Marked(ast.NodeTransformer):
    """Puts a call of the hook before each statement of a function."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._mark(node)
        return node

    def _mark(self, node: ast.AST) -> None:
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(node, field, None)
            if isinstance(statements, list):
                for statement in statements:
                    self._mark(statement)
                marked = [one for statement in statements for one in (_hook(statement), statement)]
                setattr(node, field, marked)
        for handler in getattr(node, "handlers", ()):
            self._mark(handler)


def _hook(before: ast.stmt) -> ast.stmt:
    call = ast.Expr(ast.Call(ast.Name(HOOK, ast.Load()), [], []))
    return ast.fix_missing_locations(ast.copy_location(call, before))


def _paused() -> list[ModuleType]:
    """Execute the modules, marked, as if they were imported for the first time."""
    usual = {name: import_module(name) for name in (f"{PACKAGE}.{name}" for name in NAMES)}
    made = []
    try:
        for full, module in usual.items():
            path = Path(str(module.__file__))
            tree = _Marked().visit(ast.parse(path.read_text(encoding="utf-8")))
            ours = sys.modules[full] = ModuleType(full, module.__doc__)
            made.append(ours)
            vars(ours).update({HOOK: _pause, "__file__": str(path)})
            exec(compile(tree, path, "exec"), vars(ours))  # noqa: S102  our own source
    finally:
        for full, module in usual.items():
            sys.modules[full] = module
    return made


if not TYPE_CHECKING:
    crew, _, delivery, deliveries, worker = _paused()
