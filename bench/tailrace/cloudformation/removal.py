"""Deleting a stack deletes all that it made, and nothing else.

LocalStack goes by the template: what a failed creation never came to, it deletes by name, though it may be
somebody else's; and at the first reference to such a resource it stops, and leaves the rest behind.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from localstack.services.cloudformation.engine.v2 import change_set_model_executor as stock
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import PreprocProperties
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent

from tailrace.cloudformation.foreign import Foreign

_WAS_THERE = re.compile(r"already exist|ResourceInUse|AlreadyOwned", re.IGNORECASE)
_REMOVE = stock.ChangeAction.Remove
_KEPT = {"Retain", "Snapshot"}


def delete_stack(executor: Foreign) -> Foreign:
    """Delete all that the stack made. Raises RuntimeError with the names of what could not be deleted."""
    failed = list(_delete_all(executor))
    if failed:
        raise RuntimeError(f"the following resource(s) could not be deleted: {', '.join(failed)}")
    return stock.ChangeSetModelExecutorResult(resources={}, outputs=[], failure_message=None)


def removed(
    act: Callable[..., Foreign], resource: dict[str, Any] | None, asked: Mapping[str, Any]
) -> Foreign:
    """Remove a resource by LocalStack's way `act`; leave alone what the stack did not make."""
    if not made_by_the_stack(resource):
        return ProgressEvent(OperationStatus.SUCCESS, resource_model={})
    event = act(**asked)
    if resource and resource["ResourceStatus"] == "CREATE_FAILED" and _has_no_id(event):
        return ProgressEvent(OperationStatus.SUCCESS, resource_model={})
    return event


def made_by_the_stack(resource: dict[str, Any] | None) -> bool:
    """Tell by the resource as the stack remembers it: what failed half-way, but not what was there before."""
    if not resource:
        return False
    if resource.get("ResourceStatus") != "CREATE_FAILED":
        return True
    was_there = _WAS_THERE.search(resource.get("ResourceStatusReason") or "")
    return bool(resource.get("Properties")) and not was_there


def _delete_all(executor: Foreign) -> Iterator[str]:
    """Delete what the stack made, the last first; give the names of what could not be deleted."""
    stack = executor._change_set.stack  # noqa: SLF001  there is no other way in
    declared = (stack.processed_template or {}).get("Resources", {})
    for name, resource in reversed(list(stack.resolved_resources.items())):
        if not made_by_the_stack(resource) or declared.get(name, {}).get("DeletionPolicy") in _KEPT:
            continue
        what = {"action": _REMOVE, "logical_resource_id": name, "resource_type": resource["Type"]}
        executor._process_event(**what, event_status=OperationStatus.IN_PROGRESS)  # noqa: SLF001  see above
        before = PreprocProperties(properties=resource.get("Properties") or {})
        event = executor._execute_resource_action(  # noqa: SLF001  see above
            **what, before_properties=before, after_properties=None
        )
        reason = event.message or None
        executor._process_event(**what, event_status=event.status, reason=reason)  # noqa: SLF001  see above
        if event.status == OperationStatus.SUCCESS:
            del stack.resolved_resources[name]
        else:
            yield name


def _has_no_id(event: Foreign) -> bool:
    """Tell whether a deletion failed because the resource never came to have an id."""
    return event.status == OperationStatus.FAILED and isinstance(
        event.custom_context.get("exception"), KeyError
    )
