from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from bootstrap import stacks
from bootstrap.errors import NotOurs, StackError
from bootstrap.stacks import Change, PollingPace, StackStep

pytestmark = pytest.mark.unit
ARN = "arn:aws:cloudformation:us-east-1:0:stack/mine/1"
AT_ONCE = PollingPace(pause=0, limit=5)


class Said:
    """A CloudFormation that says what it was told to say, one status after the other."""

    def __init__(
        self, *statuses: str, events: Sequence[tuple[str, str, str]] = (), change_set: str = "CREATE_COMPLETE"
    ) -> None:
        self.statuses = list(statuses)
        self.events = events
        self.change_set = change_set
        self.done: list[str] = []
        self.tag = "mine"

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803  boto3's name
        """Say the next status; the last one stays."""
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if not status:
            raise ClientError({"Error": {"Message": f"Stack {StackName} does not exist"}}, "DescribeStacks")
        tags = [{"Key": "tailrace:stack", "Value": self.tag}]
        stack = {"StackId": ARN, "StackName": "mine", "StackStatus": status, "Tags": tags}
        return {"Stacks": [stack | {"CreationTime": datetime(2026, 1, 1, tzinfo=UTC)}]}

    def create_change_set(self, **asked: object) -> dict[str, str]:
        """Make a change set."""
        self.done.append(f"proposed {asked['ChangeSetType']}")
        return {"StackId": ARN, "Id": "change-set"}

    def describe_change_set(self, ChangeSetName: str) -> dict[str, str]:  # noqa: N803  boto3's name
        """Say what became of it."""
        del ChangeSetName
        reason = (
            "The submitted information didn't contain changes."
            if self.change_set == "EMPTY"
            else "no such type"
        )
        return {
            "Status": "FAILED" if self.change_set != "CREATE_COMPLETE" else self.change_set,
            "StatusReason": reason,
        }

    def execute_change_set(self, ChangeSetName: str) -> None:  # noqa: N803  boto3's name
        """Execute it."""
        del ChangeSetName
        self.done.append("executed")

    def delete_change_set(self, ChangeSetName: str) -> None:  # noqa: N803  boto3's name
        """Forget it."""
        del ChangeSetName
        self.done.append("forgotten")

    def get_paginator(self, operation: str) -> "Said":
        """Return what pages come from."""
        assert operation == "describe_stack_events"
        return self

    def paginate(self, StackName: str) -> Iterator[dict[str, Any]]:  # noqa: N803  boto3's name
        """Give all events, newest first, once something was executed."""
        del StackName
        if "executed" in self.done or not self.done:
            yield {
                "StackEvents": [
                    {
                        "EventId": str(number),
                        "LogicalResourceId": resource,
                        "PhysicalResourceId": ARN if resource == "mine" else resource,
                        "ResourceType": "AWS::Thing",
                        "ResourceStatus": status,
                        "ResourceStatusReason": reason,
                    }
                    for number, (resource, status, reason) in reversed(list(enumerate(self.events)))
                ]
            }


def client(said: Said) -> Any:  # noqa: ANN401  it stands for a client
    """Return it as the client that it stands for."""
    return cast("Any", said)


FAILURE = (
    ("mine", "UPDATE_IN_PROGRESS", "User Initiated"),
    ("Table", "UPDATE_IN_PROGRESS", ""),
    ("Queue", "UPDATE_FAILED", "Resource update cancelled"),
    ("Table", "UPDATE_FAILED", "no such billing mode"),
    ("Role", "UPDATE_FAILED", "also wrong"),
    ("mine", "UPDATE_FAILED", "The following resource(s) failed"),
)


def test_not_there() -> None:
    """A stack that is not there is None, not an error."""
    assert stacks.find(client(Said("")), "mine") is None


def test_somebody_else_s() -> None:
    """A stack without the tag is somebody else's, and is refused by name."""
    said = Said("CREATE_COMPLETE")
    said.tag = "yours"
    with pytest.raises(NotOurs, match="A stack mine exists here that Tailrace did not make"):
        stacks.find(client(said), "mine")


def test_the_first_failure() -> None:
    """The reason is that of the resource that failed first by itself, not of one that was cancelled."""
    why = stacks.first_failure(client(Said("UPDATE_FAILED", events=FAILURE)), ARN, set())
    assert why == "Table (AWS::Thing): no such billing mode"


def test_an_old_failure() -> None:
    """What failed in an earlier deployment is not told again."""
    known = {str(number) for number in range(len(FAILURE))}
    assert stacks.first_failure(client(Said("UPDATE_COMPLETE", events=FAILURE)), ARN, known) == ""


def test_every_step_once() -> None:
    """Each step is shown once, in order, until the stack has settled."""
    shown: list[StackStep] = []
    said = Said("CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE", events=FAILURE[:3])
    said.done = ["executed"]
    after = stacks.watch(client(said), ARN, AT_ONCE, shown.append, set())
    assert after.status == "CREATE_COMPLETE"
    assert [step.resource for step in shown] == ["mine", "Table", "Queue"]


def test_a_failure_that_is_about_to_be_undone() -> None:
    """A failure that is seen for an instant before the rollback begins is not taken for the end."""
    said = Said("UPDATE_FAILED", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE")
    assert (
        stacks.watch(client(said), ARN, AT_ONCE, lambda _: None, set()).status == "UPDATE_ROLLBACK_COMPLETE"
    )


def test_a_change_set_without_changes() -> None:
    """A change set that holds nothing is forgotten, and not executed."""
    said = Said("UPDATE_COMPLETE", change_set="EMPTY")
    after = stacks.apply(client(said), Change("mine", "", {}), exists=True, pace=AT_ONCE, show=lambda _: None)
    assert (after, said.done) == (None, ["proposed UPDATE", "forgotten"])


def test_a_template_that_is_not_taken() -> None:
    """A template that CloudFormation does not take is an error with its reason; nothing is executed."""
    said = Said("REVIEW_IN_PROGRESS", change_set="FAILED")
    with pytest.raises(StackError, match="does not take the template: no such type"):
        stacks.apply(client(said), Change("mine", "", {}), exists=False, pace=AT_ONCE, show=lambda _: None)
    assert said.done == ["proposed CREATE"]


def test_what_goes_on_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    """A stack in the middle of something is given once that has ended, and that is said."""
    said, steps = Said("CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"), list[StackStep]()
    stack = stacks.settled(client(said), "mine", AT_ONCE, steps.append)
    assert stack is not None
    assert stack.status == "CREATE_COMPLETE"
    assert "is CREATE_IN_PROGRESS: waiting" in capsys.readouterr().err


def test_waiting_has_an_end() -> None:
    """A stack that never settles ends in an error that says what was waited for."""
    with pytest.raises(StackError, match=r"Timed out after 0 s waiting for the stack .* to settle"):
        stacks.watch(client(Said("CREATE_IN_PROGRESS")), ARN, PollingPace(0, 0.01), lambda _: None, set())
