import shlex

import pytest

from bootstrap.commands import addressed, command
from bootstrap.console import complain

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("value", ["auf nahme.jsonl", "it's", "$HOME;rm", "2026-01-01T00:00:00+00:00"])
def test_a_suggested_command_can_be_pasted(value: str) -> None:
    """A shell takes each setting of it as one word, whatever stands in its value."""
    words = shlex.split(command("produce", {"STACK": "mine", "RATE": "5"}, SOURCE=value))
    assert words == ["make", "produce", f"SOURCE={value}", "STACK=mine"]


WHICH = {"TARGET": "aws", "AWS_ACCOUNT_ID": "123456789012", "AWS_REGION": "eu-central-1", "STACK": "mine"}


@pytest.mark.parametrize(
    ("target", "environ", "expected"),
    [
        ("status", WHICH, "status TARGET=aws AWS_ACCOUNT_ID=123456789012 AWS_REGION=eu-central-1 STACK=mine"),
        ("status", {"EMULATOR_PORT": "4599", "HANDLER": "orders"}, "status EMULATOR_PORT=4599"),
        (
            "up",
            {"EMULATOR_HOME": "/my own", "HANDLER": "orders"},
            "up EMULATOR_HOME='/my own' HANDLER=orders",
        ),
        ("try", {"HANDLER": "orders"}, "try HANDLER=orders"),
        ("up", {"AWS_ENDPOINT_URL": "http://10.0.0.5:4566"}, "up AWS_ENDPOINT_URL=http://10.0.0.5:4566"),
        (
            "up",
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "EMULATOR_PORT": "4599"},
            "up EMULATOR_PORT=4599",
        ),
        ("up", {"SHARDS": "4"}, "up"),
    ],
)
def test_a_suggested_command_means_the_same_pipeline(
    target: str, environ: dict[str, str], expected: str
) -> None:
    """It carries what says which pipeline and handler are meant, and not what a stack keeps by itself."""
    assert command(target, environ) == f"make {expected}"


def test_a_message_with_commands() -> None:
    """Each command between backticks in a message gets these settings; what is no command stays."""
    text = "There is `no` stack: `make up` deploys it, `make trace EVENT=…` tells."
    assert addressed(text, {"STACK": "mine"}) == (
        "There is `no` stack: `make up STACK=mine` deploys it, `make trace EVENT=… STACK=mine` tells."
    )


def test_whatever_goes_wrong(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """All that is complained of goes through it."""
    monkeypatch.setenv("STACK", "mine")
    complain("There is no stack mine: `make up` deploys it.")
    assert capsys.readouterr().err == "There is no stack mine: `make up STACK=mine` deploys it.\n"
