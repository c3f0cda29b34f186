"""LocalStack's CloudFormation service, with our way of carrying out change sets."""

import time
from typing import Any

from localstack.services.cloudformation.engine.validations import ValidationError
from localstack.services.cloudformation.models import get_cloudformation_store
from localstack.services.cloudformation.v2.provider import CloudformationProviderV2

from tailrace.cloudformation import executor
from tailrace.cloudformation.waiters import is_of_waiter

LONGEST_WAIT = 10.0
"""Seconds for which a waiter's question is held back while the stack is still being changed."""
LOOK = 0.05


class CloudFormationProvider(CloudformationProviderV2):
    """CloudFormation."""

    def __init__(self) -> None:
        super().__init__()
        executor.install()

    def describe_stacks(
        self,
        context: Any,  # noqa: ANN401  LocalStack's, which ships no types
        stack_name: str | None = None,
        next_token: str | None = None,
        **rest: object,
    ) -> dict[str, Any]:
        """Describe stacks; a waiter is answered once its stack has settled, and need not look again."""
        end = time.monotonic() + LONGEST_WAIT
        waited_for = stack_name is not None and is_of_waiter(context.request.headers.get("User-Agent", ""))
        while True:
            found: dict[str, Any] = super().describe_stacks(context, stack_name, next_token, **rest)
            if not (waited_for and any(map(_is_moving, found["Stacks"]))) or time.monotonic() > end:
                return found
            time.sleep(LOOK)

    def describe_stack_resources(
        self,
        context: Any,  # noqa: ANN401  as above
        stack_name: str | None = None,
        logical_resource_id: str | None = None,
        physical_resource_id: str | None = None,
        **rest: object,
    ) -> dict[str, Any]:
        """Describe a stack's resources; it may be named by one of them, by its own name there."""
        if stack_name is None:
            stack_name = _stack_of(context, physical_resource_id)
            physical_resource_id = None
        found: dict[str, Any] = super().describe_stack_resources(
            context, stack_name, logical_resource_id, physical_resource_id, **rest
        )
        return found


def _stack_of(context: Any, resource: str | None) -> str:  # noqa: ANN401  as above
    """Return the id of the stack that has a resource; a ValidationError where none has."""
    for stack in get_cloudformation_store(context.account_id, context.region).stacks_v2.values():
        known = (state.get("PhysicalResourceId") for state in stack.resource_states.values())
        if stack.status != "DELETE_COMPLETE" and resource and resource in known:
            return str(stack.stack_id)
    raise ValidationError(f"Stack for {resource} does not exist")


def _is_moving(stack: dict[str, Any]) -> bool:
    status: str = stack["StackStatus"]
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"
