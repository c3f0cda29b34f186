import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ReadTimeoutError

from bootstrap.errors import HandlerError
from bootstrap.stacks import StackStep
from bootstrap.trial import Trial
from bootstrap.up import both, next_steps

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient

pytestmark = pytest.mark.unit


class Invoking:
    """A client of Lambda's that notes who is invoked, and does as it is told."""

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.invoked: list[str] = []
        self._answer = answer

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803  Lambda's names
        """Answer."""
        del Payload
        self.invoked.append(FunctionName)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def made(answer: dict[str, Any] | Exception) -> tuple[Trial, Invoking]:
    """Make a trial by such a client."""
    client = Invoking(answer)
    return Trial(cast("LambdaClient", client), Path("mine")), client


def test_the_handler_is_tried_once_as_soon_as_its_function_stands() -> None:
    """Each step is shown; only the end of the handler's own begins the trial, and nothing begins another."""
    trial, client = made({"Payload": io.BytesIO()})
    shown: list[StackStep] = []
    steps = [
        StackStep("Function", "AWS::Lambda::Function", "CREATE_IN_PROGRESS", ""),
        StackStep("Detector", "AWS::Lambda::Function", "CREATE_COMPLETE", "", "other"),
    ]
    follow = both(shown.append, trial, "Function")
    for step in steps:
        follow(step)
    assert (shown, trial.result(), client.invoked) == (steps, None, [])
    for status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        follow(StackStep("Function", "AWS::Lambda::Function", status, "", "processor"))
    trial.begin("processor")
    assert (len(shown), trial.result(), client.invoked) == (4, None, ["processor"])


def test_what_a_trial_finds_is_told_when_it_is_asked_for() -> None:
    """A handler whose import does not end is the error of whoever asks for the result."""
    trial, _ = made(ReadTimeoutError(endpoint_url="http://127.0.0.1"))
    trial.begin("processor")
    with pytest.raises(HandlerError, match="something that runs while it is imported does not end"):
        trial.result()


def test_the_next_command_is_about_the_same_pipeline() -> None:
    """What is said to be next names the settings that say which pipeline is meant, and no others."""
    said = next_steps({"STACK": "mine", "EMULATOR_PORT": "4600", "BATCH_SIZE": "7"})
    assert said[1] == "  make produce COUNT=1000 EMULATOR_PORT=4600 STACK=mine"
    assert said[5] == '  eval "$(make -s env EMULATOR_PORT=4600 STACK=mine)"'


def test_the_default_pipeline_needs_no_settings() -> None:
    """With nothing chosen the next commands are bare."""
    assert next_steps({"TARGET": "localstack"})[3] == "  make status"
