import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
NO_SOURCES = {"docs", "dist"}
# Other people's way of making clients, and other projects' code.
THEIRS = (
    "benchmarks/recipe/",
    "benchmarks/peer/plain/",
    "benchmarks/soak/kept/",
    "examples/",
    "tests/readings/",
)
MAKES_CLIENTS = {
    "detector/clients.py",  # what runs in Lambda, like the handler's
    "bootstrap/target.py",
    "handler/once/clients.py",  # what runs in Lambda
    "bench/tailrace/load/account.py",  # the user's own account, in a run that a budget guards
    "bench/tailrace/testing/clients.py",  # a distribution of its own, for tests of other projects
}
TEST = re.compile(r"^ *def test_", re.MULTILINE)
CLAIM = re.compile(r'^ *def test_\w+\([^"]*?\) -> None:[^\n"]*\n +r?"""', re.MULTILINE)
"""A test's first line and the beginning of its docstring."""


def sources(*folders: str, word: str) -> Iterator[tuple[str, Sequence[ast.AST]]]:
    """Give each Python file of these folders that has the word: its path below the root, and its nodes."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if word in (text := path.read_text(encoding="utf-8")):
                yield path.relative_to(ROOT).as_posix(), list(ast.walk(ast.parse(text)))


def folders() -> list[str]:
    """Return every folder of sources; of the handler's, what is not the user's."""
    return [
        "handler/once" if path.name == "handler" else path.name
        for path in ROOT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.name not in NO_SOURCES
    ]


def calls(found: Sequence[ast.AST]) -> Iterator[tuple[int, str]]:
    """Give each call in a file: its line, and the dotted name of what is called."""
    for node in found:
        if isinstance(node, ast.Call):
            yield node.lineno, dotted(node.func)


def dotted(node: ast.expr) -> str:
    """Return a name as it is written; what is no name, such as a call's result, is an empty part of it."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_tests_wait_for_conditions() -> None:
    """No test sleeps: waiting is for `eventually`, bounded and telling."""
    found = [
        f"{path}:{line} {name}"
        for path, each in sources("tests", word="sleep")
        for line, name in calls(each)
        if name.rpartition(".")[2] == "sleep"
    ]
    assert found == []


def test_tests_patch_nothing() -> None:
    """No test uses mock.patch: what a test replaces is given in by its caller."""
    found = [
        path
        for path, each in sources("tests", word="mock")
        for node in each
        if isinstance(node, ast.ImportFrom | ast.Import)
        if "mock" in {part for alias in node.names for part in alias.name.split(".")}
        or (isinstance(node, ast.ImportFrom) and "mock" in (node.module or "").split("."))
    ]
    assert found == []


def makes_clients(path: str, found: Sequence[ast.AST]) -> bool:
    """Tell whether a file makes clients of AWS, or gives boto3's ways to do so another name."""
    renamed = any(
        (isinstance(node, ast.ImportFrom) and node.module == "boto3")
        or (isinstance(node, ast.Import) and any(one.name == "boto3" and one.asname for one in node.names))
        for node in found
    )
    names = {name for _, name in calls(found)}
    sessions = {"boto3.Session", "boto3.session.Session"} if not path.startswith("tests/") else set()
    return renamed or bool(names & {"boto3.client", "boto3.resource", *sessions})


@pytest.mark.parametrize(
    "source",
    [
        "import boto3\nboto3.client('s3')",
        "import boto3\nboto3.resource('s3')",
        "import boto3\nboto3.Session().client('s3')",
        "from boto3 import client\nclient('s3')",
        "import boto3 as b\nb.client('s3')",
    ],
)
def test_makers_are_seen(source: str) -> None:
    """Each way to make a client by boto3 is seen."""
    assert makes_clients("bootstrap/any.py", list(ast.walk(ast.parse(source))))


def test_clients_are_made_in_one_place() -> None:
    """One module of each program makes clients of AWS, whatever folder another would stand in."""
    makers = {path for path, each in sources(*folders(), word="boto3") if makes_clients(path, each)}
    assert {path for path in makers if not path.startswith(THEIRS)} == MAKES_CLIENTS


def silent_tests(text: str) -> Iterator[str]:
    """Give the tests of a file that have no docstring; it is read whole only where one seems to have none."""
    if len(TEST.findall(text)) == len(CLAIM.findall(text)):
        return
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.FunctionDef)
            and node.name.startswith("test_")
            and not ast.get_docstring(node)
        ):
            yield node.name


@pytest.mark.parametrize(
    ("text", "silent"),
    [
        ('def test_a(x: str) -> None:\n    """Claim."""\n', []),
        (
            'class Test:\n    def test_a(\n        self,\n    ) -> None:  # noqa: A\n        r"""Claim."""\n',
            [],
        ),
        ("def test_a() -> None:\n    assert True\n", ["test_a"]),
        ('def test_a() -> None:\n    pass\n\ndef test_b() -> None:\n    """Claim."""\n', ["test_a"]),
        ('def test_a() -> None:\n    x = 1\n    """No claim."""\n', ["test_a"]),
        ("TEXT = 'def test_a() -> None: pass'\n", []),
    ],
)
def test_silent_tests_are_seen(text: str, silent: list[str]) -> None:
    """A test without a docstring is found, and nothing else."""
    assert list(silent_tests(text)) == silent


def test_every_test_is_a_claim() -> None:
    """Each test says in its docstring what it shows."""
    silent = [
        f"{path.relative_to(ROOT)}::{name}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for name in silent_tests(path.read_text(encoding="utf-8"))
    ]
    assert silent == []
