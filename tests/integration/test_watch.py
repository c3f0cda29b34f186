"""`tailrace watch`: the mappings of a project that is not ours."""

import json
import os
import pty
import signal
import subprocess
import sys
from typing import Any

import pytest

from tailrace.testing.eventually import eventually
from tests.integration.stranger import Command, Stranger

pytestmark = pytest.mark.emulator_only


def seen(command: Command, greenhouse: Stranger) -> dict[str, Any]:
    """Return what is seen of the stack's mapping."""
    done = command("watch", "--once", "--json")
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    return next(row for row in rows if row["mapping"] == greenhouse.mapping)


def test_lag_result_reason_and_dead_letters(command: Command, greenhouse: Stranger) -> None:
    """A mapping at rest has no lag; one that fails says why, how far it is behind, and what it gave up."""
    greenhouse.put({"id": "r-1"})
    greenhouse.wait_for(["r-1"])

    def at_rest() -> dict[str, Any]:
        """See the mapping at rest."""
        found = seen(command, greenhouse)
        assert (found["state"], found["lagRecords"], found["lastResult"]) == ("Enabled", 0, "OK"), found
        return found

    rest = eventually(at_rest, within=30)
    assert rest["batchesPerSecond"] > 0
    assert (rest["reason"], rest["deadLetters"], rest["recordsGivenUp"]) == ("", 0, 0)
    greenhouse.break_it(broken=True)
    greenhouse.put({"id": "r-2", "bad": True}, {"id": "r-3"})

    def given_up() -> dict[str, Any]:
        """See both records given up."""
        found = seen(command, greenhouse)
        assert (found["recordsGivenUp"], found["lagRecords"], found["deadLetters"]) == (2, 0, 1), found
        return found

    after = eventually(given_up, within=30)
    assert after["lastResult"] == "PROBLEM: Function call failed"
    assert after["reason"] == "ValueError: cannot keep r-2"


def test_a_disabled_mapping_falls_behind(command: Command, greenhouse: Stranger) -> None:
    """What is put while a mapping is disabled is its lag, in records and in seconds of the oldest."""
    functions = greenhouse.target.client("lambda")
    functions.update_event_source_mapping(UUID=greenhouse.mapping, Enabled=False)
    eventually(lambda: seen(command, greenhouse)["state"] == "Disabled", within=30)
    greenhouse.put(*({"id": f"r-{n}"} for n in range(7)))

    def behind() -> bool:
        """See the oldest record wait for a while."""
        found = seen(command, greenhouse)
        return bool(found["lagRecords"] == 7 and found["lagSeconds"] > 0.2)

    eventually(behind, within=30)


def test_in_a_pipe(command: Command, greenhouse: Stranger) -> None:
    """In a pipe there is a line for each look, at once, and whoever reads may leave."""
    with subprocess.Popen(
        [sys.executable, "-m", "tailrace", "watch", "--every", "0.2"],
        cwd=command.folder,
        env=command.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stdout
        assert watching.stderr
        lines: list[str] = []
        while len(lines) < 2:
            line = watching.stdout.readline()
            assert line, watching.stderr.read()
            lines += [line] if greenhouse.stream in line else []
        watching.stdout.close()
        watching.wait(timeout=30)
        assert watching.stderr.read() == ""
    assert f"{greenhouse.stream}  {greenhouse.function}  " in lines[0]


def test_in_a_terminal(command: Command, greenhouse: Stranger) -> None:
    """In a terminal it is a table with a header that changes in place, until Ctrl-C ends it well."""
    ours, theirs = pty.openpty()
    watching = subprocess.Popen(
        [sys.executable, "-m", "tailrace", "watch", "--every", "0.2"],
        cwd=command.folder,
        env={**command.environ, "TERM": "xterm", "COLUMNS": "200"},
        stdout=theirs,
        stderr=theirs,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509  no threads
    )
    os.close(theirs)
    shown = ""
    while shown.count(greenhouse.stream) < 2:
        shown += os.read(ours, 4096).decode()
    watching.send_signal(signal.SIGINT)
    assert watching.wait(timeout=30) == 0
    os.close(ours)
    assert "Dead letters" in shown
    assert "\x1b[" in shown


def test_nobody_answers(command: Command) -> None:
    """Where no emulator runs a sentence says how to start one."""
    command.environ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    done = command("watch", "--once")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "No emulator answers at http://127.0.0.1:9" in done.stderr
