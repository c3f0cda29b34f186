"""Commands that messages suggest carry the settings that were given, because none is written by hand."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
TARGETS = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
MAKE = re.compile(rf"\bmake ({'|'.join(TARGETS)})\b")
VERBS = "up|down|doctor|install|put|record|trace|redeliver|dead-letters|advance"
TAILRACE = re.compile(rf"\btailrace ({VERBS})\b")
BY_HAND = {
    "bootstrap/environment.py": "runs before there is anything to import, and makes what all stacks share",
    "bootstrap/settings.py": "what a setting means",
    "bench/tailrace/seams.py": "said within LocalStack: it is about the installation, not about an emulator",
    "bench/tailrace/functions/runtimes/__init__.py": "said within LocalStack, to whoever made the function",
    "bench/tailrace/control/advice.py": "the one place",
    "bench/tailrace/compose/choice.py": "what the value of a setting is for",
    "bench/tailrace/compose/container.py": "in another checkout's folder, by its own settings",
}
"""Files whose texts name a command without its settings, and why."""


class Texts(ast.NodeVisitor):
    """The texts of a module that are no docstrings, each with the function that it is given to at once."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self._calls: list[str] = []

    def visit_Expr(self, node: ast.Expr) -> None:
        """Pass docstrings over."""
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Note what is called."""
        self._calls.append(ast.unparse(node.func).rpartition(".")[2])
        self.generic_visit(node)
        self._calls.pop()

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Take a text with values in it whole."""
        parts = [part.value if isinstance(part, ast.Constant) else "" for part in node.values]
        self.found.append(("".join(map(str, parts)), self._calls[-1] if self._calls else ""))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Take a text."""
        if isinstance(node.value, str):
            self.found.append((node.value, self._calls[-1] if self._calls else ""))


def texts(*folders: str) -> Iterator[tuple[str, str, str]]:
    """Give the texts of all sources below some folders: the file, the text, and what is called with it."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            source = path.read_text(encoding="utf-8")
            if name not in BY_HAND and ("make " in source or "tailrace " in source):
                visitor = Texts()
                visitor.visit(ast.parse(source))
                yield from ((name, text, called) for text, called in visitor.found)


def test_make() -> None:
    """A message names `make …` between backticks, where settings are added, and never prints it by `say`."""
    wrong = [
        (name, text)
        for name, text, called in texts("bootstrap", "aftermath", "dashboard", "producer", "detector")
        if MAKE.search(text) and (called == "say" or not re.search(r"`make [a-z-]+[^`]*`", text))
    ]
    assert wrong == []


def test_tailrace() -> None:
    """The bench names a command by `advice`, which adds settings, and writes none into a text."""
    wrong = [
        (name, text)
        for name, text, called in texts("bench/tailrace")
        if (MAKE.search(text) or TAILRACE.search(text)) and called not in {"command", "here"}
    ]
    assert wrong == []


def test_exceptions_are_needed() -> None:
    """Each file of the table still names a command."""
    kept = {name: (ROOT / name).read_text(encoding="utf-8") for name in BY_HAND}
    assert [name for name, text in kept.items() if not MAKE.search(text) and not TAILRACE.search(text)] == []
