"""What `make` is given is checked before it does anything, by the Makefile itself."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.frame.emulators import ROOT

pytestmark = pytest.mark.emulator_only


def make(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run make as a user does, not as a part of the make that runs the tests."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["/usr/bin/env", "make", *words],
        cwd=ROOT,
        env={**own, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["produce", "COUNTT=5"],
            "COUNTT is no setting: did you mean COUNT? See docs/settings.md.\n",
        ),
        (["up", "SHARDS=0"], "SHARDS=0 is not valid: expected a whole number from 1 to "),
        (["up", "SHARDS=$x y"], "SHARDS=y is not valid: "),
        (["replay", "GO=yes"], "GO=yes is not valid: expected 0 or 1.\n"),
    ],
)
def test_what_is_wrong_is_said_first(words: list[str], said: str) -> None:
    """A wrong name or value ends a command with 2 and one sentence, and nothing was installed or started."""
    done = make(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)
    assert "Traceback" not in done.stderr


def test_up_checks_what_the_environment_says() -> None:
    """A value that cannot be ends `make up` with 2 and one sentence before anything starts."""
    done = make("up", SHARDS="0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("SHARDS=0 is not valid: expected a whole number from 1 to ")
    assert "Emulator" not in done.stderr


def test_what_the_environment_holds_is_not_refused() -> None:
    """A variable that merely looks like a setting is refused only on make's command line."""
    assert make("given", COUNTT="5").returncode == 0
    assert make("given", "STACK=mine", "AWS_PROFILE=me").returncode == 0


def test_a_make_within_another_has_its_parents_names() -> None:
    """What the command line of an outer make says is not this one's to judge."""
    assert make("given", "STAGE=prod", MAKELEVEL="1").returncode == 0
    assert make("given", "STAGE=prod").returncode == 2


def test_a_handler_is_tried(tmp_path: Path) -> None:
    """`make try` says what a handler makes of events; a fault ends it with file, line and traceback."""
    analytics, events = tmp_path / "analytics.py", tmp_path / "events.jsonl"
    analytics.write_text(
        "from handler.once import Analysis\n\n\ndef analyse(event):\n"
        '    return Analysis({"half": 1 / event["n"]})\n',
        encoding="utf-8",
    )
    events.write_text('{"eventId": "a", "n": 2}\n{"eventId": "b", "n": 4}\n', encoding="utf-8")
    tried = ["try", f"HANDLER={tmp_path}", f"SOURCE={events}"]
    done = make("-s", *tried)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Would be stored: 2\n" in done.stdout
    assert '"half":{"N":"0.5"}' in done.stdout
    events.write_text('{"eventId": "a", "n": 0}\n', encoding="utf-8")
    done = make("-s", *tried)
    assert done.returncode == 2
    assert f"analyse failed once: ZeroDivisionError at {analytics}:5\n" in done.stdout
    assert "Traceback (most recent call last):" in done.stdout
