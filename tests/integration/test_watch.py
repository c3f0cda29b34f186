"""`make up WATCH=1`: what is saved is deployed, a line says what and how long it took, and Ctrl-C ends it."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.package import HANDLER
from bootstrap.stacks import find
from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame import forking, stacks
from tests.frame.run import ROOT, Run

pytestmark = pytest.mark.emulator_only

ANALYTICS = (HANDLER / "analytics.py").read_text()
DEPLOYED = re.compile(r"^\d\d:\d\d:\d\d (.*) changed: deployed in (\d+\.\d) s$", re.MULTILINE)


def up() -> list[str]:
    """Return the words of the command."""
    return [*forking.python(), "-m", "bootstrap", "up"]


class Watching:
    """`up` with WATCH=1 over a handler in a folder of its own; what it prints goes to a file."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.analytics = folder / "handler" / "analytics.py"
        self.analytics.parent.mkdir()
        self.analytics.write_text(ANALYTICS)
        self._said = folder / "said"
        self.environ = {**environ, "HANDLER": str(self.analytics.parent)}
        with self._said.open("w") as said:
            watch = {**self.environ, "WATCH": "1"}
            self.process = subprocess.Popen(up(), cwd=ROOT, env=watch, stdout=said, stderr=said)

    def save(self, text: str) -> None:
        """Save the handler's file, whole at every moment: half a file would be one more change."""
        draft = self._said.with_name("draft")
        draft.write_text(text)
        draft.replace(self.analytics)

    def up_beside(self, **settings: str) -> None:
        """Deploy with other settings meanwhile, as from another terminal."""
        subprocess.run(up(), cwd=ROOT, env={**self.environ, **settings}, check=True, capture_output=True)

    @property
    def said(self) -> str:
        """All that it has printed."""
        return self._said.read_text()

    def wait_for(self, what: str, times: int = 1) -> None:
        """Wait until it has printed something, so often."""

        def printed() -> bool:
            """Print it."""
            assert self.process.poll() is None, self.said
            return self.said.count(what) >= times

        eventually(printed, within=120, what=f"it prints {what!r}")


@pytest.fixture
def watching(run: Run, target: Target, tmp_path: Path, worker_id: str) -> Iterator[Watching]:
    """Give one that has deployed for the first time, and now watches."""
    with stacks.named(run, target) as name:
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "AWS_ENDPOINT_URL": target.endpoint or "",
            "DETECTOR": "0",
            "STACK": name(f"watch-{worker_id}"),
        }
        one = Watching(tmp_path, environ)
        try:
            one.wait_for("Ctrl-C ends it")
            yield one
        finally:
            one.process.kill()
            one.process.wait(30)


def test_what_is_saved_is_deployed(watching: Watching, target: Target) -> None:
    """A saved file is deployed and named; one that fails is named and deploys nothing; then it goes on.

    What was set meanwhile from another terminal stays.
    """
    watching.save(f"{ANALYTICS}\nMORE = 1\n")
    watching.wait_for("changed: deployed in")
    watching.save("def f(:")
    watching.wait_for("SyntaxError: invalid syntax")
    watching.save(ANALYTICS)
    watching.wait_for("changed: deployed in", times=2)
    watching.up_beside(BATCH_SIZE="50")
    watching.save(f"{ANALYTICS}\nMORE = 2\n")
    watching.wait_for("changed: deployed in", times=3)
    standing = find(target.client("cloudformation"), watching.environ["STACK"])
    assert standing
    assert standing.parameters["BatchSize"] == "50"
    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(30) == 0, watching.said
    lines = DEPLOYED.findall(watching.said)
    assert [name for name, _ in lines] == [str(watching.analytics)] * 3
    assert all(float(took) < 30 for _, took in lines), lines
    assert "Traceback" not in watching.said
