"""A failed update is undone, as CloudFormation does: the stack and its resources stand as they did before.

LocalStack's executor stops at the failure, deletes what the update was to remove, says
UPDATE_ROLLBACK_COMPLETE and forgets the resources that it had not come to. Where undoing fails as well, the
stack ends as UPDATE_ROLLBACK_FAILED, with the reason; it can be deleted then.
"""

import copy
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from localstack.aws.api.cloudformation import ChangeSetType, StackStatus
from localstack.services.cloudformation.engine.v2 import change_set_model_executor as stock
from localstack.services.cloudformation.v2.entities import ChangeSet, Stack, UpdateModelInputs

from tailrace.cloudformation.foreign import Foreign
from tailrace.seams import replace

LOG = logging.getLogger(__name__)
_FAILED = {"CREATE_FAILED", "UPDATE_FAILED"}
_UNDO = "tailrace-undo"  # the name of the change set that undoes another; it is never stored


class _Undone(Exception):  # noqa: N818  how LocalStack's UpdateStack is told of a failure
    """The update failed and was undone."""


def is_update(change_set: Foreign) -> bool:
    """Tell whether a change set changes a stack that exists."""
    return change_set.change_set_type == ChangeSetType.UPDATE or _by_update_stack(change_set)


def _by_update_stack(change_set: Foreign) -> bool:
    """Tell whether UpdateStack made the change set: its type there is CREATE."""
    updating = change_set.stack.status == StackStatus.UPDATE_IN_PROGRESS
    return bool(updating and change_set.change_set_type == ChangeSetType.CREATE)


def keep_to_statuses_that_last() -> None:
    """Leave out statuses that AWS never shows: failed before the rollback begins, and in review again."""

    def set_stack_status(self: Foreign, status: Foreign, reason: Foreign = None) -> None:
        in_review_again = status == StackStatus.REVIEW_IN_PROGRESS and self.resolved_resources
        if status not in _FAILED and not in_review_again:
            original(self, status, reason)

    original = replace(Stack, "set_stack_status", set_stack_status)


@dataclass(frozen=True)
class _Before:
    """A stack's state before the update, to be put back."""

    template: Any
    template_body: str
    processed_template: Any
    parameters: dict[str, Any]
    resources: dict[str, Any]

    @classmethod
    def of(cls, stack: Foreign) -> "_Before":
        return cls(
            template=stack.template,
            template_body=stack.template_body,
            processed_template=stack.processed_template,
            parameters=copy.deepcopy(stack.resolved_parameters),
            resources=copy.deepcopy(stack.resolved_resources),
        )


def update(executor: Foreign, original: Callable[[], Foreign]) -> Foreign:
    """Carry out an update; if a resource fails, undo it and answer as a stack that never changed."""
    change_set = executor._change_set  # noqa: SLF001  there is no other way to it
    stack = change_set.stack
    before = _Before.of(stack)
    by_update_stack = _by_update_stack(change_set)
    try:
        executor.process()
    except Exception as failure:  # noqa: BLE001  whatever it is, the update has failed
        reason = getattr(failure, "reason", None) or str(failure)
    else:
        executor.process = lambda: None  # done: what is left is its own clean-up
        return original()
    stack.set_stack_status(StackStatus.UPDATE_ROLLBACK_IN_PROGRESS, reason)
    resources, stuck = _undone(executor, before)
    change_set.template, change_set.template_body = before.template, before.template_body
    change_set.processed_template, change_set.resolved_parameters = (
        before.processed_template,
        before.parameters,
    )
    stack.resolved_resources = resources
    if stuck:
        stack.set_stack_status(StackStatus.UPDATE_ROLLBACK_FAILED, stuck)
    else:
        stack.set_stack_status(StackStatus.UPDATE_ROLLBACK_COMPLETE)
    if by_update_stack:  # it would take any result for a success
        raise _Undone(reason)
    return stock.ChangeSetModelExecutorResult(
        resources=resources, outputs=stack.resolved_outputs, failure_message=reason
    )


def _undone(executor: Foreign, before: _Before) -> tuple[dict[str, Any], str | None]:
    """Bring the resources back by a change set from what was tried to what was; return them, and why not."""
    change_set = executor._change_set  # noqa: SLF001  see above
    stack = change_set.stack
    stack.resolved_resources = {**before.resources, **_carried_out(executor)}
    undo = ChangeSet(
        stack,
        {"ChangeSetName": _UNDO, "ChangeSetType": ChangeSetType.UPDATE},
        template=before.template,
        template_body=before.template_body,
    )
    undoing = None
    try:
        undo.compute_update_model(
            UpdateModelInputs(
                before_template=change_set.template,
                after_template=before.template,
                before_parameters=change_set.resolved_parameters,
                after_parameters={name: _given(parameter) for name, parameter in before.parameters.items()},
            )
        )
        undoing = type(executor)(undo)
        undoing.process()
        for deferred in reversed(undoing._deferred_actions):  # noqa: SLF001  what the update had made
            deferred.action()
    except Exception as failure:
        stuck = getattr(failure, "reason", None) or str(failure) or repr(failure)
        LOG.warning("A failed update could not be undone: %s", stuck, exc_info=True)
    else:
        stuck = None
    left = stack.resolved_resources if stuck else before.resources
    return {**left, **(_carried_out(undoing) if undoing else {})}, stuck


def _carried_out(executor: Foreign) -> dict[str, Any]:
    """Return the resources as an executor has left them, without those that it could not change."""
    return {
        name: resource
        for name, resource in executor.resources.items()
        if resource and resource.get("ResourceStatus") != "UPDATE_FAILED"
    }


def _given(parameter: dict[str, Any]) -> str | None:
    return parameter.get("given_value") or parameter.get("default_value")
