"""The promise suite finds what is wrong with a project, and finds nothing where nothing is."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bootstrap.target import Target
from tailrace.testing.clients import Aws
from tests.frame import stacks
from tests.frame.run import ROOT, Run
from tests.readings.bugs import BUGS, Bug
from tests.readings.deploying import HERE, deployed

pytestmark = pytest.mark.emulator_only

KEPT = [
    "test_nothing_is_lost", "test_once", "test_neighbours", "test_failures_that_may_pass", "test_killed",
    "test_timeout", "test_order", "test_poison", "test_reshard",
]  # fmt: skip

WITHOUT_OTHER_PLUGINS = [
    word for name in ("cacheprovider", "hypothesispytest", "anyio", "xdist") for word in ("-p", f"no:{name}")
]
"""Without this environment's other plugins, which a project of somebody's does not have."""
QUICK = ["unconditional +1", "wrong itemIdentifier", "LATEST"]
"""Bugs that every run plants; `make promises` plants all."""


@pytest.fixture(scope="module")
def emulator(run: Run) -> Iterator[Target]:
    """Give an emulator of its own: the suite moves its time."""
    with stacks.own_emulator(run, "promises") as target:
        yield target


class Said(NamedTuple):
    """What a run of the suite said, and its verdict."""

    code: int
    output: str
    folder: Path

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the table."""
        found: list[dict[str, Any]] = json.loads((self.folder / "promises.json").read_text())["rows"]
        return found


def tried(emulator: Target, folder: Path, *tests: str) -> Said:
    """Run the suite of the readings, or some tests of it, as their owner would."""
    (folder / "test_promises.py").write_text((HERE / "promises_of_readings.py").read_text())
    environ = {**os.environ, **Aws(emulator.endpoint or "").environ, "PYTHONPATH": str(ROOT / "bench")}
    asked = [f"test_promises.py::TestReadings::{test}" for test in tests]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-qx", *WITHOUT_OTHER_PLUGINS, "--junit-xml=junit.xml", *asked],
        cwd=folder, env=environ, text=True, check=False, timeout=600,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return Said(done.returncode, done.stdout, folder / "promises-report")


@pytest.mark.long
def test_every_promise_is_kept(emulator: Target, tmp_path: Path) -> None:
    """A project that does it right keeps all nine promises, each shown by faults that happened."""
    with deployed(Aws(emulator.endpoint or "")):
        said = tried(emulator, tmp_path)
    assert said.code == 0, said.output
    assert {row["verdict"] for row in said.rows} == {"kept"}
    assert len({row["promise"] for row in said.rows}) == len(KEPT)
    assert all(row["faults"] for row in said.rows if row["faults"] is not None)
    trials = {str(row["trial"]) for row in said.rows}
    assert {"killed after dynamodb.PutItem", "dynamodb.PutItem: answer lost after the work"} <= trials
    assert "sqs.SendMessage throttled twice, with a malformed record" in trials
    assert re.search(r"^9 promises kept, 0 broken, in \d+ trials", said.output, re.MULTILINE), said.output
    junit = (tmp_path / "junit.xml").read_text()
    assert junit.count('name="tailrace.promise"') == len(said.rows)
    assert "killed after dynamodb.PutItem" in (said.folder / "promises.html").read_text()


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in BUGS]
)
def test_a_bug_is_found(emulator: Target, tmp_path: Path, name: str) -> None:
    """A planted bug breaks the promise that is meant, and the message tells it by an event's story."""
    bug: Bug = BUGS[name]
    with deployed(Aws(emulator.endpoint or ""), bug.code, bug.template):
        said = tried(emulator, tmp_path, bug.test)
    assert said.code == 1, said.output
    assert bug.says in said.output
    assert "PytestWarning" not in said.output
    broken = [row for row in said.rows if row["verdict"] == "BROKEN"]
    assert broken != []
    assert f"{broken[0]['promise']}: not so." in said.output
    stories = "".join(broken[0]["stories"])
    assert re.search(r"r-\d+ .*\n  put +shardId-\d+, \d+, key ", stories), stories
    assert "\n  ended  " in stories
