"""The documentation's code, block by block.

Python is compiled, and run where it stands alone: the handler of docs/handler.md here, and deployed by
tests/integration/test_docs.py, which also runs the reader of docs/watch.md on a real table. Commands are not
run, since they install, deploy or delete: each `make` and `tailrace` command must exist, and every setting
that it is given. Of other programs only the names are looked at.
"""

import json
import re
import shlex
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import yaml

from aftermath.settings import SETTINGS as AFTERMATH
from bootstrap.settings import SETTINGS as PIPELINE
from dashboard.settings import SETTINGS as DASHBOARD
from handler.once.batches import Accepted, Refused, read
from producer.settings import SETTINGS as PRODUCER
from tests.unit.docs.examples import ROOT, Block, blocks, of
from tests.unit.handler.given import record

pytestmark = pytest.mark.unit

BLOCKS = list(blocks())
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
SETTINGS = {*PIPELINE, *PRODUCER, *AFTERMATH, *DASHBOARD}
OTHERS = {
    "TESTS",
    "PYTEST_OPTIONS",
    "NAB_DATA",
    "HISTORIES",
    "LOCALSTACK_IMAGE",
    "LOCALSTACK_AUTH_TOKEN",
    "PYTHON3",
}
"""Variables that commands take besides: of the Makefile, and of Docker Compose."""
PROGRAMS = {"docker", "eval", "export", "git", "pip", "pytest", "uv", "--no-emit-index-url"}
"""Programs that are not ours, and what a line goes on with."""
PRINTED = {"README.md"}
"""Pages whose blocks show what is printed; commands stand behind a `$` there, or alone."""


def commands(block: Block) -> Iterator[list[str]]:
    """Give the words of each command of a block."""
    drawing = "►" in block.text
    for line in () if drawing else block.text.splitlines():
        told = line.strip().removeprefix("$ ")
        if told.startswith(("make ", "tailrace ")) or block.page not in PRINTED:
            yield shlex.split(told.rstrip("\\"), comments=True)


@pytest.mark.parametrize("block", [one for one in BLOCKS if one.language == "python"], ids=str)
def test_python_compiles(block: Block) -> None:
    """Each block of Python is Python."""
    compile(block.text, str(block), "exec")


@pytest.mark.parametrize("block", [one for one in BLOCKS if one.language == "yaml"], ids=str)
def test_yaml_loads(block: Block) -> None:
    """Each block of YAML is a mapping."""
    assert isinstance(yaml.safe_load(block.text), dict)


@pytest.mark.parametrize("block", [one for one in BLOCKS if not one.language], ids=str)
def test_commands_exist(block: Block) -> None:
    """Each command is one of the Makefile's, one of `tailrace`, or a program that is known by name."""
    for words in commands(block):
        if words and words[0] == "make":
            assigned = [word.partition("=") for word in words[1:] if "=" in word]
            targets = [word for word in words[1:] if "=" not in word and not word.startswith("-")]
            if block.page not in PRINTED:
                assert [name for name in targets if name not in TARGETS] == [], words
            assert targets[0] in TARGETS, words
            unknown = {name for name, _, _ in assigned} - SETTINGS - OTHERS
            assert unknown == set(), words
        elif words and words[0] == "tailrace":
            assert (ROOT / "bench" / "tailrace" / "cli" / f"{words[1].replace('-', '_')}.py").exists(), words
        elif words:
            assert words[0] in PROGRAMS, words


def test_every_block_is_looked_at() -> None:
    """A block in another language needs a test of its own here."""
    assert {block.language for block in BLOCKS} <= {"", "python", "yaml", "toml", "json"}


def test_the_handler_in_the_docs_works() -> None:
    """Its two files stand alone: analyse stores and counts every good sample, and rejects the bad ones."""
    analytics, samples = (_run(text) for text in of("docs/handler.md", "python"))
    for n in range(100):
        entry = read(record(n, json.dumps(samples["event"](n)[1]).encode()), analytics["analyse"])
        assert isinstance(entry, Accepted)
        assert entry.key.event_id == f"order-{n}"
        assert entry.dimensions == (("Shop", ("north", "south", "online", "other")[n % 4]),)
        assert entry.samples[0].value == Decimal(str(5 + n / 100))
    for event, reason in samples["rejected"]():
        entry = read(record(0, json.dumps(event).encode()), analytics["analyse"])
        assert isinstance(entry, Refused)
        assert (entry.reason, entry.detail) == (reason, "its total is not a number")


def _run(text: str) -> dict[str, Any]:
    """Run a block as a module of its own."""
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(text, "docs/handler.md", "exec"), names)  # noqa: S102  the project's own documentation
    return names
