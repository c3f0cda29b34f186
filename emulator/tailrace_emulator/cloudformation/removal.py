"""Deleting a stack deletes what it made, and nothing else.

LocalStack goes by the template: what a failed creation never came to, it deletes by name, though it may be
somebody else's, or fails for want of an id.
"""

import re
from typing import Any

from localstack.services.cloudformation.engine.v2 import change_set_model_executor as stock
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent

from tailrace_emulator.cloudformation.foreign import Foreign

_WAS_THERE = re.compile(r"already exist|ResourceInUse|AlreadyOwned", re.IGNORECASE)


def install() -> None:
    """Leave alone, on removal, what the stack did not make."""
    original = stock.ChangeSetModelExecutor._execute_resource_action  # noqa: SLF001  there is no other way in

    def execute(self: Foreign, **asked: Any) -> Foreign:  # noqa: ANN401  passed on as it came
        resource = self._change_set.stack.resolved_resources.get(asked["logical_resource_id"])
        removing = asked["action"] == stock.ChangeAction.Remove and not asked.get("part_of_replacement")
        if removing and not made_by_the_stack(resource):
            return ProgressEvent(OperationStatus.SUCCESS, resource_model={})
        event = original(self, **asked)
        if removing and resource["ResourceStatus"] == "CREATE_FAILED" and _has_no_id(event):
            return ProgressEvent(OperationStatus.SUCCESS, resource_model={})
        return event

    stock.ChangeSetModelExecutor._execute_resource_action = execute  # noqa: SLF001  see above


def made_by_the_stack(resource: dict[str, Any] | None) -> bool:
    """Tell by the resource as the stack remembers it: what failed half-way, but not what was there before."""
    if not resource:
        return False
    failed = resource.get("ResourceStatus") == "CREATE_FAILED"
    return not (failed and _WAS_THERE.search(resource.get("ResourceStatusReason") or ""))


def _has_no_id(event: Foreign) -> bool:
    """Tell whether a deletion failed because the resource never came to have an id."""
    return event.status == OperationStatus.FAILED and isinstance(
        event.custom_context.get("exception"), KeyError
    )
