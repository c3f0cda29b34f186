"""LocalStack's CloudFormation service, with our way of carrying out change sets."""

import time
from typing import Any

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


def _is_moving(stack: dict[str, Any]) -> bool:
    status: str = stack["StackStatus"]
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"
