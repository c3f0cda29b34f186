"""The examples of docstrings are run."""

import doctest
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
# Each folder of sources, and where the names of its modules begin.
FOLDERS = {
    "bench/tailrace": "bench",
    **dict.fromkeys(
        (
            "aftermath",
            "bootstrap",
            "dashboard",
            "detector",
            "handler/once",
            "producer",
            "benchmarks",
            "tests",
        ),
        ".",
    ),
}
PROMPT = ">>> "
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
NOT_HERE = ("localstack", "rolo", "plux", "moto", "river", "awslambdaric")  # not in the project's environment
FOREIGN = re.compile(rf"^ *(?:from|import) ({'|'.join(NOT_HERE)})\b", re.MULTILINE)


def with_examples() -> Iterator[tuple[str, str]]:
    """Give each module that holds an example in a docstring, and why it cannot be run here, if it cannot."""
    for folder, root in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if PROMPT in text and path != Path(__file__):
                module = ".".join(path.relative_to(ROOT / root).with_suffix("").parts)
                yield module.removesuffix(".__init__"), _needs(text)


def _needs(text: str) -> str:
    """Name what of another environment a module imports."""
    return ", ".join(sorted(set(FOREIGN.findall(text))))


@pytest.mark.parametrize("module", [name for name, needs in with_examples() if not needs])
def test_examples(module: str) -> None:
    """Each example in a docstring answers what stands below it."""
    found = doctest.testmod(import_module(module), optionflags=OPTIONS)
    assert found.attempted > 0
    assert found.failed == 0
