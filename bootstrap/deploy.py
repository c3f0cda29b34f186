"""Bring the stack to what the template and the settings say; leave nothing half-made."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bootstrap import artifacts, stacks
from bootstrap.errors import StackError
from bootstrap.package import PYTHON, Code, pack_detector, pack_handler
from bootstrap.parameters import TEMPLATE
from bootstrap.requirements import ROOT, Platform
from bootstrap.settings import PipelineSettings
from bootstrap.stacks import Change, PollingPace, Stack, StackStep
from bootstrap.target import Target
from bootstrap.template import function_of, load
from bootstrap.trial import refuse_syntax_errors

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient


@dataclass(frozen=True)
class Deployed:
    """The stack as it stands, and whether this deployment changed it."""

    stack: Stack
    changed: bool
    code: Code


def deploy(
    target: Target,
    settings: PipelineSettings,
    show: Callable[[StackStep], None],
    template: str | None = None,
    code: Code | None = None,
) -> Deployed:
    """Make or change the stack; return it. What is as it should be is left alone, without a change set.

    Raises `StackError` with the reason of the resource that failed first: a stack that could not be made has
    been deleted by then, one that could not be changed stands as it did, unless that failed too.
    """
    cloudformation = target.client("cloudformation")
    template = TEMPLATE.read_text(encoding="utf-8") if template is None else template
    code = code or packed(target, settings, template)
    bucket = artifacts.bucket_name(target, settings.stack)
    place = {"CodeBucket": bucket, "CodeKey": code.handler.key, "DetectorCodeKey": code.detector.key}
    change = Change(settings.stack, template, settings.parameters() | place)
    pace = PollingPace.of(target)
    before = _standing(cloudformation, settings.stack, pace, show)
    if before and _stands(cloudformation, before, change):
        return Deployed(before, changed=False, code=code)
    s3 = target.client("s3")
    artifacts.upload(s3, bucket, settings.stack, target.region, code)
    known = stacks.known_events(cloudformation, before)
    try:
        after = stacks.apply(cloudformation, change, exists=before is not None, pace=pace, show=show)
        if after is None:
            return Deployed(stacks.standing(cloudformation, settings.stack), changed=False, code=code)
        if after.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            return Deployed(after, changed=True, code=code)
        why = stacks.first_failure(cloudformation, after.arn, known) or after.reason or after.status
    except StackError as error:
        why = str(error)
    left = stacks.find(cloudformation, settings.stack)
    if before:
        raise _not_changed(before, left, why)
    if left:
        stacks.remove(cloudformation, left, pace, show)
    artifacts.remove(s3, bucket, settings.stack)
    raise StackError(f"The stack {settings.stack} could not be made, and was deleted again. {why}")


def packed(target: Target, settings: PipelineSettings, template: str) -> Code:
    """Pack both functions: the handler for the platform that it runs on, an emulator's or the template's.

    Raises `HandlerError` for what cannot be packed, and for what is no Python.
    """
    _, asked = function_of(load(template), "CodeKey")
    version = re.fullmatch(r"python(3\.\d+)", str(asked.get("Runtime")))
    python = version[1] if version else PYTHON
    if target.emulated:
        platform = Platform.of_machine(python)
    else:
        platform = Platform.of_lambda(python, asked.get("Architectures", ["x86_64"])[0])
    folder = ROOT / settings.handler
    refuse_syntax_errors(folder)
    return Code(pack_handler(folder, platform), pack_detector())


def _not_changed(before: Stack, left: Stack | None, why: str) -> StackError:
    """Say how a stack stands that could not be changed, why, and what helps where that is known."""
    status = left.status if left else "gone"
    return StackError(f"The stack {before.name} could not be changed; it is {status}. {why}")


def _standing(
    cloudformation: "CloudFormationClient", name: str, pace: PollingPace, show: Callable[[StackStep], None]
) -> Stack | None:
    """Return the stack that can be changed, if there is one; what never became whole is cleared away."""
    stack = stacks.settled(cloudformation, name, pace, show)
    if stack and stack.status == "UPDATE_ROLLBACK_FAILED":
        raise StackError(
            f"The stack {name} is {stack.status}: a change failed, and so did undoing it. Remove it by "
            "`make destroy`, or fix what its events name and let CloudFormation continue the rollback."
        )
    if stack and stack.status in stacks.STILLBORN:
        stacks.remove(cloudformation, stack, pace, show)
        return None
    return stack


def _stands(cloudformation: "CloudFormationClient", stack: Stack, change: Change) -> bool:
    """Tell whether the stack was made from this very template with these very parameters."""
    if stack.status not in stacks.WHOLE or stack.parameters != change.parameters:
        return False
    return stacks.template_of(cloudformation, stack).rstrip() == change.template.rstrip()
