from pathlib import Path

import pytest

from tailrace.control.processes import Process
from tailrace.testing.emulators import RunEmulators
from tests.frame.run import Run, obeyed, without_settings

pytestmark = pytest.mark.unit


def test_a_run_obeys_what_says_where() -> None:
    """The target, endpoint, port and region are taken over; the developer's stack and profile are not."""
    environ = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4600",
        "AWS_REGION": "eu-west-1",
        "AWS_PROFILE": "mine",
        "AWS_ACCESS_KEY_ID": "mine",
        "STACK": "mine",
        "HOME": "/home/me",
    }
    assert obeyed(environ) == {"AWS_ENDPOINT_URL": "http://127.0.0.1:4600", "AWS_REGION": "eu-west-1"}


def test_a_run_on_aws_obeys_the_credentials() -> None:
    """On an account the run uses the developer's credentials, and never a stack of theirs."""
    environ = {"TARGET": "aws", "AWS_ACCOUNT_ID": "123456789012", "AWS_PROFILE": "mine", "STACK": "mine"}
    assert obeyed(environ) == {"TARGET": "aws", "AWS_ACCOUNT_ID": "123456789012", "AWS_PROFILE": "mine"}


def test_a_tests_environment_has_no_settings() -> None:
    """Nothing of AWS's or Tailrace's is left in the environment of a test."""
    environ = {
        "AWS_PROFILE": "x",
        "AWS_ENDPOINT_URL_S3": "x",
        "BOTO_CONFIG": "x",
        "STACK": "x",
        "PATH": "/bin",
    }
    assert without_settings(environ) == {"PATH": "/bin"}


@pytest.mark.parametrize(
    ("environ", "name"), [({}, "t-a1b2c3-order"), ({"TARGET": "aws"}, "tailrace-test-a1b2c3-order")]
)
def test_stacks_are_named_after_the_run(environ: dict[str, str], name: str) -> None:
    """A stack carries the run's id, and is never the user's own."""
    unused = Path("unused")
    run = Run("a1b2c3", unused, environ, RunEmulators(unused, Process(1, "unused"), {}, unused))
    assert run.stack_name("order") == name
    assert name.startswith(run.prefix)
