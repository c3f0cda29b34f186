"""One resource's creation or change, with what LocalStack's own resource providers leave out."""

from collections.abc import Mapping
from typing import Any

from localstack.services.cloudformation import resource_provider as stock

from tailrace_emulator.cloudformation import changes, completions
from tailrace_emulator.cloudformation.foreign import Foreign

# What LocalStack says instead of the reason, whatever was tried.
_NO_REASON = "Failed to delete resource"


def install() -> None:
    """Put our way of carrying out an action in place of LocalStack's, which it still uses."""
    original = stock.ResourceProviderExecutor.execute_action

    def execute_action(self: Foreign, provider: Foreign, payload: Mapping[str, Any]) -> Foreign:
        if payload["action"] in {"Dynamic", "Modify"} and payload["resourceType"] in changes.CHANGES:
            return _change(_request(self, payload))
        event = _told(original(self, provider, payload))
        if payload["action"] == "Add" and event.status == stock.OperationStatus.SUCCESS:
            return _complete(_request(self, payload), event)
        return event

    stock.ResourceProviderExecutor.execute_action = execute_action


def _request(executor: Foreign, payload: Mapping[str, Any]) -> Foreign:
    return stock.convert_payload(stack_name=executor.stack_name, stack_id=executor.stack_id, payload=payload)


def _complete(request: Foreign, event: Foreign) -> Foreign:
    """Set what the provider has left out of a new resource."""
    complete = completions.COMPLETIONS.get(request.resource_type)
    if complete:
        try:
            complete(request.aws_client_factory, event.resource_model)
        except Exception as error:  # noqa: BLE001  whatever it is, it is the resource's failure
            return _failed(error, event.resource_model)
    return event


def _change(request: Foreign) -> Foreign:
    """Change a resource in place; what cannot be changed so is a failure that says which property."""
    change = changes.CHANGES[request.resource_type]
    before, after = request.previous_state or {}, request.desired_state
    try:
        change(request.aws_client_factory, before, after)
    except Exception as error:  # noqa: BLE001  whatever it is, it is the resource's failure
        return _failed(error)
    return stock.ProgressEvent(stock.OperationStatus.SUCCESS, resource_model={**before, **after})


def _told(event: Foreign) -> Foreign:
    """Let a failure say its reason."""
    reason = event.custom_context.get("exception")
    if reason and event.message.startswith(_NO_REASON):
        event.message = str(reason)
    return event


def _failed(error: Exception, model: dict[str, Any] | None = None) -> Foreign:
    return stock.ProgressEvent(
        stock.OperationStatus.FAILED,
        resource_model=model or {},
        message=str(error),
        custom_context={"exception": error},
    )
