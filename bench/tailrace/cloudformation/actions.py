"""One resource's creation or change, with what LocalStack's own resource providers leave out."""

import os
from collections.abc import Mapping
from typing import Any

from localstack.services.cloudformation import resource_provider as stock
from localstack.services.cloudformation.models import get_cloudformation_store

from tailrace.cloudformation import changes, completions, functions, properties
from tailrace.cloudformation.foreign import Foreign
from tailrace.functions.kept import STRICT

# What LocalStack says instead of the reason, whatever was tried.
_NO_REASON = "Failed to delete resource"
LOOK = 0.02
"""Seconds between two looks at a resource that is still being made; LocalStack waits a whole one."""


class ResourceExecutor(stock.ResourceProviderExecutor):
    """LocalStack's way of carrying out an action, which it still uses, with what it leaves out."""

    def deploy_loop(self, *asked: Any, **named: Any) -> Foreign:  # noqa: ANN401  passed on as it came
        """Carry out an action, and look again until it is done."""
        return super().deploy_loop(*asked, **{"sleep_time": LOOK, **named})

    def execute_action(self, resource_provider: Foreign, raw_payload: Mapping[str, Any]) -> Foreign:
        """Create, change or remove one resource."""
        action = raw_payload["action"]
        kind, data = raw_payload["resourceType"], raw_payload["requestData"]
        strict = os.environ.get(STRICT) == "1"
        if action != "Remove" and (
            said := properties.sentence(kind, data["resourceProperties"], strict=strict)
        ):
            return _failed(changes.Refusal(said))
        if action in {"Dynamic", "Modify"}:
            return _change(resource_provider, _request(self, raw_payload), _asked_before(raw_payload))
        if action == "Add":
            completions.default(kind, data["resourceProperties"])
        event = _with_reason(super().execute_action(resource_provider, raw_payload))
        if action == "Add" and event.status == stock.OperationStatus.SUCCESS:
            return _complete(_request(self, raw_payload), event)
        return event


def _refused(kind: str, given: Mapping[str, Any]) -> str | None:
    return properties.sentence(kind, given, strict=os.environ.get(STRICT) == "1")


def _request(executor: Foreign, payload: Mapping[str, Any]) -> Foreign:
    return stock.convert_payload(stack_name=executor.stack_name, stack_id=executor.stack_id, payload=payload)


def _asked_before(payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the properties that the stack's last template gave the resource; None if nobody knows."""
    from localstack.services.cloudformation.v2.provider import find_stack_v2  # noqa: PLC0415  not loaded yet

    store = get_cloudformation_store(payload["awsAccountId"], payload["region"])
    stack = find_stack_v2(store, payload["stackId"])
    resource = stack.resolved_resources.get(payload["requestData"]["logicalResourceId"]) if stack else None
    asked: Mapping[str, Any] | None = (resource or {}).get("SpecifiedProperties")
    return asked


def _complete(request: Foreign, event: Foreign) -> Foreign:
    """Set what the provider has left out of a new resource."""
    complete = completions.COMPLETIONS.get(request.resource_type)
    if complete:
        try:
            complete(request.aws_client_factory, event.resource_model)
        except Exception as error:  # noqa: BLE001  whatever it is, it is the resource's failure
            return _failed(error, event.resource_model)
    return event


def _change(provider: Foreign, request: Foreign, asked: Mapping[str, Any] | None) -> Foreign:
    """Change a resource in place, by us or by LocalStack's provider; what cannot be changed so is a failure.

    LocalStack itself calls it a success if the provider cannot change anything, or does not find something.
    What nobody asked for (a generated name, a default, the ARN) stays as it is; `asked` is what was.
    """
    change = changes.CHANGES.get(request.resource_type)
    before = request.previous_state or {}
    after = changes.whole(before, request.desired_state, asked)
    try:
        if change is None:
            event = _with_reason(provider.update(request))
            if request.resource_type == "AWS::Lambda::Function":
                functions.configure(request.aws_client_factory.lambda_, before["FunctionName"], before, after)
            return event
        change(request.aws_client_factory, before, after)
    except NotImplementedError:
        return _unchanged(request.resource_type, before, after)
    except Exception as error:  # noqa: BLE001  whatever it is, it is the resource's failure
        return _failed(error)
    return stock.ProgressEvent(stock.OperationStatus.SUCCESS, resource_model={**before, **after})


def _unchanged(kind: str, before: dict[str, Any], after: dict[str, Any]) -> Foreign:
    """Leave a resource as it is if that is what is asked for; else name what would have to be changed."""
    for name, value in after.items():
        if before.get(name) != value:
            return _failed(changes.Refusal.of(name, kind))
    return stock.ProgressEvent(stock.OperationStatus.SUCCESS, resource_model=before)


def _with_reason(event: Foreign) -> Foreign:
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
