"""What is installed for running, and what for tests alone."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
RUNNING = ("aftermath", "bootstrap", "dashboard", "detector", "handler/once", "producer")
BENCH = ("cli", "compose", "control", "stream")
OURS = {*RUNNING, "handler", "tailrace"}
PACKAGES = {"yaml": "pyyaml", "ua_parser": "ua-parser"}
"""Packages that are named otherwise than what is imported of them."""


def locked(name: str) -> dict[str, str]:
    """Return the versions of a lock by package."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", text, re.MULTILINE))


def imported(file: Path) -> Iterator[str]:
    """Give the packages that a file imports, but not for types alone."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    typing = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in typing:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def test_what_runs_needs_no_packages_of_the_tests() -> None:
    """Whatever the commands import is in the lock that `make up` installs."""
    folders = [ROOT / name for name in RUNNING] + [ROOT / "bench" / "tailrace" / name for name in BENCH]
    files = [file for folder in folders for file in folder.rglob("*.py")]
    needed = {name for file in files for name in imported(file)} - sys.stdlib_module_names - OURS
    assert {"boto3", "click", "nicegui", "yaml"} <= needed
    assert {PACKAGES.get(name, name) for name in needed} - locked("requirements.txt").keys() == set()


def test_tests_run_what_users_run() -> None:
    """The tests' lock has all of the other, in the same versions; tools of the tests are in it alone."""
    running, tests = locked("requirements.txt"), locked("requirements-tests.txt")
    assert running.items() - tests.items() == set()
    tools = {"awscli", "cfn-lint", "hypothesis", "mypy", "playwright", "pytest", "ruff", "testcontainers"}
    assert tools <= tests.keys() - running.keys()


def test_what_is_listed_as_unused_is_not_installed() -> None:
    """No package that LocalStack is to do without is in its lock."""
    listed = (ROOT / "bench/tailrace/locks/localstack.unused").read_text(encoding="utf-8").splitlines()
    unused = {line.split()[0] for line in listed}
    assert len(unused) == 29
    assert unused & locked("bench/tailrace/locks/localstack.txt").keys() == set()
