"""The switch: TARGET=aws from end to end against a stand-in for AWS, what is refused, and what stays here."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.aws_standin import ACCOUNT, StandIn, standing_in
from tests.frame import forking, leftovers
from tests.frame.run import Run
from tests.integration import network

pytestmark = pytest.mark.emulator_only
ROOT = Path(__file__).resolve().parent.parent.parent
MISMATCH = (
    f"The credentials belong to account {ACCOUNT}, AWS_ACCOUNT_ID says 999999999999: change one of them."
)
STS = "sts.eu-central-1.amazonaws.com"
CLOUDFORMATION = "cloudformation.eu-central-1.amazonaws.com"


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    said: str
    complained: str


def run_module(environ: Mapping[str, str], *words: str) -> Done:
    """Run a module of the project's as `make` does, in exactly this environment."""
    return run_program(environ, *forking.python(), "-m", *words)


def run_program(environ: Mapping[str, str], *words: str) -> Done:
    """Run a program in the project's folder, in exactly this environment."""
    base = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        words,
        cwd=ROOT,
        env={**base, **environ},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=240,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def stand_in(target: Target, tmp_path: Path) -> Iterator[StandIn]:
    """Give a stand-in for AWS in front of the emulator."""
    assert target.endpoint
    with standing_in(target.endpoint, tmp_path) as found:
        yield found


@pytest.fixture
def account(stand_in: StandIn, tmp_path: Path) -> dict[str, str]:
    """Give the environment of a user of TARGET=aws, without any endpoint."""
    return {"HOME": str(tmp_path), **stand_in.environ}


def behind(target: Target) -> Target:
    """Return the stand-in's account as the emulator has it."""
    environ = {"AWS_ENDPOINT_URL": target.endpoint or "", "AWS_REGION": "eu-central-1"}
    found = Target.from_environment(environ)
    found.session._session.set_credentials(ACCOUNT, "secret")
    return found


def test_the_walk(run: Run, target: Target, stand_in: StandIn, account: dict[str, str]) -> None:
    """On an account: deploy, verify, send, look, destroy; all of it goes to AWS, and nothing is left."""
    stack = run.stack_name("walk")
    user = {**account, "STACK": stack, "YES": "1", "BATCH_WINDOW": "0"}
    try:
        up = run_module(user, "bootstrap", "up")
        assert up.code == 0, up.complained
        assert f"AWS account {ACCOUNT}, region eu-central-1, stack {stack}\nIt costs $" in up.complained
        assert f"The stack {stack} is deployed" in up.said
        assert run_module(user, "bootstrap", "verify").code == 0
        ledger = Path(account["HOME"]) / "ledger.jsonl"
        sent = run_module({**user, "COUNT": "20", "LEDGER": str(ledger)}, "producer")
        assert sent.code == 0, sent.complained
        assert len(ledger.read_text().splitlines()) == 20

        def processed() -> str:
            """Process what was sent, as `status` tells."""
            status = run_module(user, "bootstrap", "status")
            assert f"{'Processed':<13} 20\n" in status.said, status.said + status.complained
            assert status.code == 0, status.said
            counts = status.said.partition("Processed")[2].partition("Duplicates")[0].splitlines()[1:]
            assert sum(int(line.split()[0]) for line in counts) == 20, status.said
            return status.said

        assert f"AWS account {ACCOUNT}" in eventually(processed, within=120, every=2)
    finally:
        gone = run_module(user, "bootstrap", "destroy")
    assert gone.code == 0, gone.complained
    assert leftovers.find(behind(target), stack) == []
    assert stand_in.refused == []
    services = {
        host.removesuffix(".eu-central-1.amazonaws.com").rpartition(".")[2] for host in stand_in.asked
    }
    assert {"sts", "cloudformation", "s3", "kinesis", "lambda", "sqs", "monitoring"} <= services


def test_the_tests_on_an_account(stand_in: StandIn, account: dict[str, str]) -> None:
    """The tests themselves run on an account, on stacks whose names say whose they are, and leave nothing."""
    test = "tests/integration/test_deploy.py::test_each_resource_is_shown_and_verified"
    done = run_program(
        account, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", test
    )
    assert done.code == 0, done.said
    assert f"target aws, account {ACCOUNT}, region eu-central-1" in done.said
    assert "1 passed" in done.said
    assert stand_in.refused == []
    buckets = {host for host in stand_in.asked if ".s3." in host}
    assert buckets
    assert all(bucket.startswith("tailrace-test-") for bucket in buckets)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
            "TARGET=aws, and AWS_ENDPOINT_URL is set: unset it, or the requests would go there.",
        ),
        (
            {"AWS_ENDPOINT_URL_KINESIS": "http://127.0.0.1:1"},
            "TARGET=aws, and AWS_ENDPOINT_URL_KINESIS is set: unset it, or the requests would go there.",
        ),
        (
            {"AWS_ACCOUNT_ID": ""},
            "TARGET=aws needs AWS_ACCOUNT_ID: set it to the account that you mean (twelve digits).",
        ),
        (
            {"AWS_ACCOUNT_ID": "999999999999"},
            MISMATCH,
        ),
        (
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
            "TARGET=aws needs credentials: `aws configure`, `aws sso login`, or AWS_PROFILE.",
        ),
        ({"AWS_REGION": ""}, "TARGET=aws needs a region: set AWS_REGION."),
    ],
)
@pytest.mark.parametrize("command", ["up", "destroy"])
def test_what_is_refused(
    stand_in: StandIn, account: dict[str, str], command: str, changed: dict[str, str], said: str
) -> None:
    """What does not fit together is refused in one sentence; AWS is asked at most whose keys these are."""
    done = run_module({**account, "YES": "1", **changed}, "bootstrap", command)
    assert (done.code, done.said, done.complained) == (2, "", said + "\n")
    assert set(stand_in.asked) <= {STS}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"AWS_ACCOUNT_ID": ""}, "TARGET=aws needs AWS_ACCOUNT_ID"),
        ({"AWS_ACCOUNT_ID": "999999999999"}, MISMATCH),
        ({}, "To run the tests on AWS somebody has to agree, and nobody can be asked here: set YES=1."),
    ],
)
def test_the_tests_are_agreed_to(
    stand_in: StandIn, account: dict[str, str], changed: dict[str, str], said: str
) -> None:
    """`make test` on an account refuses and asks as `make up` does, before a test runs."""
    done = run_program({**account, **changed}, "/usr/bin/env", "make", "test", "TESTS=tests/unit/docs")
    assert done.code == 2
    assert said in done.complained
    assert "test session starts" not in done.said
    assert ("It costs $" in done.complained) == (not changed)
    assert set(stand_in.asked) <= {STS}


def test_an_endpoint_in_a_file(stand_in: StandIn, account: dict[str, str]) -> None:
    """An endpoint in the user's AWS configuration leads nothing away from the account."""
    Path(account["AWS_CONFIG_FILE"]).write_text("[default]\nendpoint_url = http://127.0.0.1:1\n")
    done = run_module(account, "bootstrap", "status")
    assert "Stack         tailrace: not there" in done.said, done.complained
    assert set(stand_in.asked) == {STS, CLOUDFORMATION}


@pytest.mark.parametrize(
    ("command", "what"),
    [("up", "deploy the pipeline"), ("destroy", "destroy the pipeline with all that it holds")],
)
def test_nobody_agrees(stand_in: StandIn, account: dict[str, str], command: str, what: str) -> None:
    """Without YES=1 and without a terminal nothing is done; what it would cost is said all the same."""
    done = run_module(account, "bootstrap", command)
    assert done.code == 2
    assert done.said == ""
    assert "an hour and $" in done.complained
    assert done.complained.splitlines()[-1] == (
        f"To {what} on AWS somebody has to agree, and nobody can be asked here: set YES=1."
    )
    assert set(stand_in.asked) - {CLOUDFORMATION} == {STS}  # what it costs depends on the stack that is there


def test_nothing_leaves(run: Run, target: Target, stand_in: StandIn, tmp_path: Path) -> None:
    """On an emulator every connection goes to its endpoint, whatever profile and proxies the user has."""
    assert target.endpoint
    config = tmp_path / "config"
    config.write_text(
        "[default]\nendpoint_url = http://192.0.2.1\nregion = eu-west-3\nuse_fips_endpoint = true\n"
    )
    proxy = f"http://127.0.0.1:{stand_in.port}"
    user = {
        "HOME": str(tmp_path),
        **network.watch(tmp_path),
        "AWS_CONFIG_FILE": str(config),
        "AWS_PROFILE": "not-there",
        "AWS_ENDPOINT_URL_KINESIS": "http://192.0.2.1",
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), proxy),
        "STACK": run.stack_name("guard"),
        "AWS_ENDPOINT_URL": target.endpoint,
    }
    commands = [("bootstrap", "up"), ("producer",), ("bootstrap", "status"), ("bootstrap", "logs")]
    try:
        for command in commands:
            done = run_program({**user, "COUNT": "5"}, sys.executable, "-m", *command)
            assert done.code == 0, (command, done.said, done.complained)
    finally:
        gone = run_module(user, "bootstrap", "destroy")
    assert gone.code == 0, gone.complained
    host, port = target.endpoint.removeprefix("http://").split(":")
    assert network.noted(tmp_path) == {(host, int(port))}
    assert stand_in.asked == []


def test_nobody_there(tmp_path: Path) -> None:
    """Where no emulator answers, one sentence says so and what to do; a user's mistake shows no traceback."""
    nowhere = {"HOME": str(tmp_path), "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    for command in ("up", "verify", "status", "logs", "destroy"):
        done = run_module(nowhere, "bootstrap", command)
        assert done.code == 1
        assert done.complained.startswith("Nobody answers: ")
        assert len(done.complained.splitlines()) == 1


@pytest.mark.parametrize("words", [(), ("fly",), ("logs", "--backwards")])
def test_how_it_is_used(tmp_path: Path, words: tuple[str, ...]) -> None:
    """What is no command is answered with what there is, and exit code 2."""
    done = run_module({"HOME": str(tmp_path)}, "bootstrap", *words)
    assert done.code == 2
    assert done.complained.startswith("python -m bootstrap ")
