"""The documentation's code, block by block.

Python is compiled, and run where it stands alone: the handler of docs/handler.md here, and deployed by
tests/integration/test_docs.py, which also runs the reader of docs/watch.md on a real table; the test of
docs/your-project.md by test_as_dependency.py. Commands are run by tests/integration/test_docs_run.py; here
each `make` and `tailrace` command must exist, and every setting that it is given.
"""

import json
import re
import shlex
from decimal import Decimal
from typing import Any

import pytest
import yaml

from aftermath.settings import SETTINGS as AFTERMATH
from bootstrap.settings import SETTINGS as PIPELINE
from dashboard.settings import SETTINGS as DASHBOARD
from handler.once.batches import Rejected, Storable, read
from producer.settings import SETTINGS as PRODUCER
from tests.unit.docs.examples import COMMANDS, ROOT, Block, blocks, commands, indented, of
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
PROGRAMS = {"docker", "eval", "export", "git", "pip", "pytest", "uv"}
"""Programs that are not ours."""


@pytest.mark.parametrize("block", [one for one in BLOCKS if one.language == "python"], ids=str)
def test_python_compiles(block: Block) -> None:
    """Each block of Python is Python."""
    compile(block.text, str(block), "exec")


def test_the_service_is_ours() -> None:
    """The service of docs/your-project.md is that of docker-compose.yml, on one port and without bounds."""
    text, _ = of("docs/your-project.md", "yaml")
    assert {block.page for block in BLOCKS if block.language == "yaml"} == {"docs/your-project.md"}
    (shown,) = yaml.safe_load(text)["services"].values()
    ours = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    ours = ours.replace("${EMULATOR_PORT:-4566}", "4566").replace(
        "${EMULATOR_IMAGE:-tailrace:latest}", "tailrace:latest"
    )
    service = yaml.safe_load(ours)["services"]["emulator"]
    assert shown == {name: service[name] for name in shown}
    bounds = {"mem_limit", "memswap_limit", "pids_limit", "stop_grace_period", "logging"}
    assert set(service) - set(shown) == {"build", "labels", "restart", *bounds}


def test_the_workflow() -> None:
    """The workflow of docs/your-project.md may only read, and takes the same versions of actions as ours."""
    shown, ours = of("docs/your-project.md", "yaml")[1], (ROOT / ".github" / "workflows" / "ci.yml")
    workflow = yaml.safe_load(shown)
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert [one for one in used if f"uses: {one}\n" not in ours.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    "block", [*(one for one in BLOCKS if one.language in COMMANDS), *indented()], ids=str
)
def test_commands_exist(block: Block) -> None:
    """Each command is one of the Makefile's, one of `tailrace`, or a program that is known by name."""
    for words in (shlex.split(one.replace("\\\n", ""), comments=True) for one in commands(block)):
        if words and words[0] == "make":
            assigned = [word.partition("=") for word in words[1:] if "=" in word]
            targets = [word for word in words[1:] if "=" not in word and not word.startswith("-")]
            assert targets, words
            assert [name for name in targets if name not in TARGETS] == [], words
            unknown = {name for name, _, _ in assigned} - SETTINGS - OTHERS
            assert unknown == set(), words
            assert [
                value for name, _, value in assigned if name == "TESTS" and not (ROOT / value).exists()
            ] == []
        elif words and words[0] == "tailrace":
            assert (ROOT / "bench" / "tailrace" / "cli" / f"{words[1].replace('-', '_')}.py").exists(), words
        elif words:
            assert words[0] in PROGRAMS, words


def test_every_block_is_looked_at() -> None:
    """A block in another language needs a test of its own here."""
    assert {block.language for block in BLOCKS} <= {*COMMANDS, "text", "python", "yaml"}


def test_the_handler_in_the_docs_works() -> None:
    """Its two files stand alone: analyse stores and counts every good sample, and rejects the bad ones."""
    analytics, samples = (_run(text) for text in of("docs/handler.md", "python"))
    for n in range(100):
        entry = read(record(n, json.dumps(samples["event"](n)[1]).encode()), analytics["analyse"])
        assert isinstance(entry, Storable)
        assert entry.key.event_id == f"order-{n}"
        assert entry.dimensions == (("Shop", ("north", "south", "online", "other")[n % 4]),)
        assert entry.samples[0].value == Decimal(str(5 + n / 100))
    for event, reason in samples["rejected"]():
        entry = read(record(0, json.dumps(event).encode()), analytics["analyse"])
        assert isinstance(entry, Rejected)
        assert (entry.reason, entry.detail) == (reason, "its total is not a number")


def _run(text: str) -> dict[str, Any]:
    """Run a block as a module of its own."""
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(text, "docs/handler.md", "exec"), names)  # noqa: S102  the project's own documentation
    return names
