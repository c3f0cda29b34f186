"""The commands behind `make`, run as `make` runs them, on a stack of the tests' own."""

import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bootstrap import commands
from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put, put_all
from tests.frame import forking, stacks
from tests.frame.run import Run
from tests.integration.asking import Asked, Notes

pytestmark = pytest.mark.emulator_only
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def user(run: Run, target: Target, worker_id: str) -> Iterator[Mapping[str, str]]:
    """Give the environment of somebody whose stack is deployed."""
    purpose = f"commands-{worker_id}"
    with stacks.deployed(run, target, purpose, {"BATCH_WINDOW": "0"}) as stack:
        yield {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(run.folder),
            "AWS_ENDPOINT_URL": target.endpoint or "",
            "BATCH_WINDOW": "0",
            "STACK": stack.name,
        }


def module() -> list[str]:
    """Return the words before a command."""
    return [*forking.python(), "-m", "bootstrap"]


def command(user: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run one command."""
    return subprocess.run(
        [*module(), *words], cwd=ROOT, env=user, capture_output=True, text=True, timeout=120, check=False
    )


def test_an_emulator_that_does_not_start(user: Mapping[str, str]) -> None:
    """Where starting the emulator fails, that is all that is said, and nothing is asked."""
    start = [sys.executable, "-c", "import sys; sys.stderr.write('the port is taken'); sys.exit(7)"]
    done = subprocess.run(
        [sys.executable, "-m", "bootstrap.starting", *start],
        cwd=ROOT,
        env={**user, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, "", "the port is taken")


def test_up_again(user: Mapping[str, str], tmp_path: Path) -> None:
    """A second `up` changes nothing, verifies all in some fifty requests, and says what to do next.

    The one that reads nothing invokes the function with no records.
    """
    notes = Notes(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "bootstrap", "up"],
        cwd=ROOT,
        env={**user, **notes.environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, second, *_ = done.stdout.splitlines()
    assert first.startswith(f"The stack {user['STACK']} is as it should be, nothing was changed (")
    assert second.startswith("Verified: 26 resources, ")
    assert "make produce" in done.stdout
    asked = notes.read()
    function = f"{user['STACK']}-processor"
    invoked = Asked("POST", f"/2015-03-31/functions/{function}/invocations", "")
    assert [one for one in asked if not one.reads] == [invoked]
    # What it takes is the requests: one for last time's settings, two to find the stack as it was made, the
    # others to verify it.
    cloudformation = [one.operation for one in asked if one.operation in {"DescribeStacks", "GetTemplate"}]
    assert cloudformation == ["DescribeStacks", "DescribeStacks", "GetTemplate"]
    assert len(asked) <= 60, asked


def test_two_ups_at_once(run: Run, target: Target, user: Mapping[str, str]) -> None:
    """Of two that are asked for at once one makes the stack, and the other waits and finds it made."""
    with stacks.named(run, target) as name, ThreadPoolExecutor() as both:
        environ = {**user, "STACK": name("at-once")}
        first, second = both.map(lambda _: command(environ, "up"), range(2))
    assert [first.returncode, second.returncode] == [0, 0], first.stderr + second.stderr
    said = first.stdout + second.stdout
    assert (said.count("is deployed ("), said.count("nothing was changed (")) == (1, 1)
    assert "waiting until that has ended" in first.stderr + second.stderr


def test_another_number_of_shards(user: Mapping[str, str]) -> None:
    """The stream is resharded in place, as on AWS; `up` keeps that until another number is asked for."""
    kept = "Kept from last time: SHARDS=3 (the default is 2)\n"
    for given, said in (({"SHARDS": "3"}, False), ({}, True), ({"SHARDS": "2"}, False)):
        done = command({**user, **given}, "up")
        assert done.returncode == 0, done.stderr
        assert "Verified" in done.stdout
        assert (kept in done.stdout) is said, done.stdout


def test_env(user: Mapping[str, str]) -> None:
    """After `eval "$(make -s env)"` AWS's own command line talks to the emulator."""
    stream = f"{user['STACK']}-stream"
    shell = (
        f'eval "$(AWS_ENDPOINT_URL={user["AWS_ENDPOINT_URL"]} {shlex.join(module())} env)" && '
        f"aws kinesis describe-stream-summary --stream-name {stream} --query "
        "StreamDescriptionSummary.OpenShardCount"
    )
    done = subprocess.run(
        ["/bin/sh", "-c", shell],
        cwd=ROOT,
        env={"PATH": user["PATH"], "HOME": user["HOME"], "AWS_PROFILE": "not-there"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.stdout.strip() == "2", done.stderr
    assert "AWS CLI 1 ignores AWS_ENDPOINT_URL for sqs" in done.stderr  # the one used here is version 1


def test_logs_until_ctrl_c(user: Mapping[str, str], target: Target) -> None:
    """`logs --follow` shows what the function says as it says it, and Ctrl-C ends it without a word."""
    following = subprocess.Popen(
        [*module(), "logs", "--follow"],
        cwd=ROOT,
        env={**user, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    limit = threading.Timer(120, following.kill)
    limit.start()
    try:
        assert following.stdout
        seen: list[str] = []
        received = "Received 1 records from Kinesis"  # `up` has invoked it with none
        for number in (1, 2):
            put_all(target.client("kinesis"), f"{user['STACK']}-stream", [Put(b"not json", "key", None)])
            for line in following.stdout:
                seen.append(line)
                if sum(received in line for line in seen) == number and "REPORT RequestId" in line:
                    break
        assert sum(received in line for line in seen) == 2, seen
        assert len(set(seen)) == len(seen)
        following.send_signal(signal.SIGINT)
        _, complained = following.communicate(timeout=60)
    finally:
        limit.cancel()
        following.kill()
        following.communicate()
    assert (following.returncode, complained) == (0, "")


def test_status_of_what_is_ill(user: Mapping[str, str], target: Target) -> None:
    """`status` ends with 1 and points at it when the mapping stands still, and with 0 when it runs again."""
    client = target.client("lambda")
    (mapping,) = client.list_event_source_mappings(FunctionName=f"{user['STACK']}-processor")[
        "EventSourceMappings"
    ]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)

    def pointed_at() -> bool:
        """Point at the mapping."""
        done = command(user, "status")
        return done.returncode == 1 and "Disabled, last result" in done.stdout and "<- look" in done.stdout

    def well() -> bool:
        """Find all well."""
        return command(user, "status").returncode == 0

    eventually(pointed_at, within=60, every=1)
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    eventually(well, within=60, every=1)


def test_status_without_a_stack(user: Mapping[str, str]) -> None:
    """`status` says so where there is no stack, and ends with 1."""
    another = {**user, "STACK": "nobody-s"}
    done = command(another, "status")
    assert (done.returncode, done.stderr) == (1, "")
    deploys = commands.command("up", another)
    assert "STACK=nobody-s" in deploys
    assert done.stdout.splitlines()[1] == f"Stack         nobody-s: not there (`{deploys}` deploys it)"
