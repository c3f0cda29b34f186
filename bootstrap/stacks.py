"""CloudFormation's part: what a stack is, changing it by a change set, removing it, what failed first.

The stack's own tag (`tailrace:stack`) says that it is ours; nothing without it is touched.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from bootstrap.console import complain
from bootstrap.errors import NotOurs, StackError

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import StackEventTypeDef, StackTypeDef

    from bootstrap.target import Target

TAG = "tailrace:stack"
# A stack in one of these was never whole: nothing in it is worth keeping, it can only be deleted.
STILLBORN = {"REVIEW_IN_PROGRESS", "CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"}
WHOLE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}
_CHANGE_SET = "tailrace-"  # what the names of our change sets begin with
_REFUSED = "CloudFormation does not take the template"
_CANCELLED = "cancelled"  # what CloudFormation says of resources that failed because another one did


@dataclass(frozen=True)
class PollingPace:
    """How often to ask, at first ten times as often, and how long at most; both in seconds."""

    pause: float
    limit: float

    @classmethod
    def of(cls, target: "Target") -> "PollingPace":
        """Return an emulator's pace, or that of AWS, where a stack takes minutes and calls are counted."""
        return cls(0.1, 120) if target.emulated else cls(2.0, 1800)


@dataclass(frozen=True)
class Stack:
    """A stack as CloudFormation describes it."""

    arn: str
    name: str
    status: str
    reason: str
    parameters: dict[str, str]
    outputs: dict[str, str]
    tags: dict[str, str]
    created: datetime

    @property
    def busy(self) -> bool:
        """Tell whether an operation is under way."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"


@dataclass(frozen=True)
class StackStep:
    """Something that happened to one resource: its logical name, its type, its new status and why.

    `named` is its physical id, empty while it has none.
    """

    resource: str
    kind: str
    status: str
    reason: str
    named: str = ""


def find(cloudformation: "CloudFormationClient", name: str) -> Stack | None:
    """Return the stack of this name or ARN, or None; raise `NotOurs` if it does not carry our tag."""
    try:
        found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    stack = _stack(found)
    if not _is_ours(cloudformation, stack):
        raise NotOurs(
            f"A stack {stack.name} exists here that Tailrace did not make (it has no tag {TAG}): "
            "choose another name with STACK=."
        )
    return stack


def standing(cloudformation: "CloudFormationClient", name: str) -> Stack:
    """Return the stack of this name; raise `StackError` if it is not there."""
    stack = find(cloudformation, name)
    if stack is None:
        raise StackError(f"There is no stack {name}: `make up` deploys it.")
    return stack


def settled(
    cloudformation: "CloudFormationClient", name: str, pace: PollingPace, show: Callable[[StackStep], None]
) -> Stack | None:
    """Return the stack of this name, or None, once what goes on in it has ended; show the steps of that."""
    stack = find(cloudformation, name)
    if stack and stack.busy:
        complain(f"The stack {name} is {stack.status}: waiting until that has ended.")
        watch(cloudformation, stack.arn, pace, show, known_events(cloudformation, stack))
        stack = find(cloudformation, name)
    return stack


def _is_ours(cloudformation: "CloudFormationClient", stack: Stack) -> bool:
    """Tell by the tag; a stack whose first change set was never executed may have none yet."""
    if stack.tags.get(TAG) == stack.name or stack.status == "DELETE_COMPLETE":
        return True
    if stack.status != "REVIEW_IN_PROGRESS":
        return False
    waiting = cloudformation.list_change_sets(StackName=stack.arn)["Summaries"]
    return all(change_set["ChangeSetName"].startswith(_CHANGE_SET) for change_set in waiting)


def _stack(found: "StackTypeDef") -> Stack:
    return Stack(
        arn=found.get("StackId", ""),
        name=found["StackName"],
        status=found["StackStatus"],
        reason=found.get("StackStatusReason", ""),
        parameters={entry["ParameterKey"]: entry["ParameterValue"] for entry in found.get("Parameters", [])},
        outputs={entry["OutputKey"]: entry["OutputValue"] for entry in found.get("Outputs", [])},
        tags={entry["Key"]: entry["Value"] for entry in found.get("Tags", [])},
        created=found["CreationTime"],
    )


def template_of(cloudformation: "CloudFormationClient", stack: Stack) -> str:
    """Return the template that the stack was made from, as it was sent."""
    body: object = cloudformation.get_template(StackName=stack.arn, TemplateStage="Original")["TemplateBody"]
    return body if isinstance(body, str) else ""


def resources_of(cloudformation: "CloudFormationClient", stack: Stack) -> dict[str, str]:
    """Return the physical id of each resource by its name in the template."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack.arn)
    return {
        found["LogicalResourceId"]: found.get("PhysicalResourceId", "")
        for page in pages
        for found in page["StackResourceSummaries"]
    }


@dataclass(frozen=True)
class Change:
    """What a stack is to become."""

    name: str
    template: str
    parameters: dict[str, str]


def apply(
    cloudformation: "CloudFormationClient",
    change: Change,
    *,
    exists: bool,
    pace: PollingPace,
    show: Callable[[StackStep], None],
) -> Stack | None:
    """Make or change the stack by a change set, show each step, return it as it then stands.

    Whether that is what was asked for is for the caller to judge by its status. None: the change set turned
    out to hold no change, and the stack stands as it did.
    """
    stack_arn, change_set = _proposed(cloudformation, change, exists=exists)
    seen = {event["EventId"] for event in _events(cloudformation, stack_arn)}
    if _is_empty(cloudformation, change_set, pace):
        cloudformation.delete_change_set(ChangeSetName=change_set)
        return None
    cloudformation.execute_change_set(ChangeSetName=change_set)
    return watch(cloudformation, stack_arn, pace, show, seen)


def _proposed(cloudformation: "CloudFormationClient", change: Change, *, exists: bool) -> tuple[str, str]:
    """Make a change set; return the stack's ARN and its own."""
    try:
        made = cloudformation.create_change_set(
            StackName=change.name,
            ChangeSetName=f"{_CHANGE_SET}{time.time_ns():x}",
            ChangeSetType="UPDATE" if exists else "CREATE",
            TemplateBody=change.template,
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in change.parameters.items()
            ],
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Tags=[{"Key": TAG, "Value": change.name}],
        )
    except ClientError as error:
        raise StackError(f"{_REFUSED}: {error}") from error
    return made["StackId"], made["Id"]


def remove(
    cloudformation: "CloudFormationClient", stack: Stack, pace: PollingPace, show: Callable[[StackStep], None]
) -> None:
    """Delete the stack with all that is in it; raise `StackError` if something of it stays."""
    seen = {event["EventId"] for event in _events(cloudformation, stack.arn)}
    cloudformation.delete_stack(StackName=stack.arn)
    gone = watch(cloudformation, stack.arn, pace, show, seen)
    why = first_failure(cloudformation, stack.arn, seen)
    if gone.status != "DELETE_COMPLETE" or why:
        why = why or gone.reason or gone.status
        raise StackError(f"The stack {stack.name} could not be deleted whole: {why}")


def watch(
    cloudformation: "CloudFormationClient",
    stack_arn: str,
    pace: PollingPace,
    show: Callable[[StackStep], None],
    seen: set[str],
) -> Stack:
    """Show each new step until the operation under way has ended; return the stack as it then stands."""
    shown = set(seen)
    last = ""

    def happened() -> list["StackEventTypeDef"]:
        new = _events(cloudformation, stack_arn, shown)
        for event in reversed(new):
            shown.add(event["EventId"])
            show(_step(event))
        return new

    for _ in _paced(pace, f"the stack {stack_arn} to settle"):
        new = happened()
        if new and all(event.get("PhysicalResourceId") != stack_arn for event in new):
            continue  # it goes on: its own end would be an event of its own
        stack = _described(cloudformation, stack_arn)
        # An emulator may show a failure for an instant before it begins to roll back: look twice.
        settled = not stack.busy and stack.status != "REVIEW_IN_PROGRESS"
        if settled and (stack.status == last or not stack.status.endswith("_FAILED")):
            happened()
            return stack
        last = stack.status
    raise AssertionError


def first_failure(cloudformation: "CloudFormationClient", stack_arn: str, before: set[str]) -> str:
    """Return which resource failed first since, and why, as a sentence; empty if none did."""
    for event in reversed(_events(cloudformation, stack_arn, before)):
        step = _step(event)
        own = event.get("PhysicalResourceId") == stack_arn
        if step.status.endswith("_FAILED") and step.reason and not own and _CANCELLED not in step.reason:
            return f"{step.resource} ({step.kind}): {step.reason}"
    return ""


def known_events(cloudformation: "CloudFormationClient", stack: Stack | None) -> set[str]:
    """Return the ids of all that has happened to the stack so far."""
    return {event["EventId"] for event in _events(cloudformation, stack.arn)} if stack else set()


def _step(event: "StackEventTypeDef") -> StackStep:
    return StackStep(
        resource=event.get("LogicalResourceId", ""),
        kind=event.get("ResourceType", ""),
        status=event.get("ResourceStatus", ""),
        reason=event.get("ResourceStatusReason", ""),
        named=event.get("PhysicalResourceId", ""),
    )


def _described(cloudformation: "CloudFormationClient", stack_arn: str) -> Stack:
    return _stack(cloudformation.describe_stacks(StackName=stack_arn)["Stacks"][0])


def _events(
    cloudformation: "CloudFormationClient", stack_arn: str, known: set[str] | None = None
) -> list["StackEventTypeDef"]:
    """Return the events that are not known yet, newest first; reading ends at the first that is."""
    new: list[StackEventTypeDef] = []
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_arn):
        for event in page["StackEvents"]:
            if known and event["EventId"] in known:
                return new
            new.append(event)
    return new


def _is_empty(cloudformation: "CloudFormationClient", change_set: str, pace: PollingPace) -> bool:
    """Wait until the change set is made; tell whether there is nothing in it."""
    for _ in _paced(pace, "the change set to be made"):
        found = cloudformation.describe_change_set(ChangeSetName=change_set)
        if found["Status"] == "CREATE_COMPLETE":
            return False
        if found["Status"] == "FAILED":
            reason = found.get("StatusReason", "")
            if "didn't contain changes" in reason or "No updates" in reason:
                return True
            raise StackError(f"{_REFUSED}: {reason}")
    raise AssertionError


def _paced(pace: PollingPace, what: str) -> Iterator[None]:
    """Yield after pauses that grow to the pace's own; raise `StackError` when the limit is over."""
    end = time.monotonic() + pace.limit
    pause = pace.pause / 10
    while time.monotonic() < end:
        yield
        time.sleep(pause)
        pause = min(pace.pause, pause * 1.5)
    raise StackError(f"Timed out after {pace.limit:.0f} s waiting for {what}: see the stack's events.")
