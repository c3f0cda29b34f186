"""What LocalStack leaves out of a template's function, and of its changes."""

from typing import Any

from tailrace.cloudformation.foreign import Foreign

type Model = dict[str, Any]

_CONFIGURED: dict[str, tuple[str, object]] = {
    "EphemeralStorage": ("EphemeralStorage", {"Size": 512}),
    "FileSystemConfigs": ("FileSystemConfigs", []),
    "KmsKeyArn": ("KMSKeyArn", ""),
    "SnapStart": ("SnapStart", {"ApplyOn": "None"}),
}
"""Properties: as UpdateFunctionConfiguration calls them, and what is set where one is taken away."""
_OFTEN = {"Delay": 0.1, "MaxAttempts": 300}
_RUNTIME = "RuntimeManagementConfig"
_RESERVED = "ReservedConcurrentExecutions"


def configure(client: Foreign, name: str, before: Model, after: Model) -> None:
    """Set what differs of storage, files, key, SnapStart, reserved concurrency and runtime management."""
    changed = {
        as_called: _numbers(after.get(given) or default)
        for given, (as_called, default) in _CONFIGURED.items()
        if after.get(given) != before.get(given)
    }
    if changed:
        client.update_function_configuration(FunctionName=name, **changed)
        client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=_OFTEN)
    if after.get(_RESERVED) != before.get(_RESERVED):
        if _RESERVED in after:
            client.put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=int(after[_RESERVED])
            )
        else:
            client.delete_function_concurrency(FunctionName=name)
    if after.get(_RUNTIME) != before.get(_RUNTIME):
        client.put_runtime_management_config(
            FunctionName=name, **(after.get(_RUNTIME) or {"UpdateRuntimeOn": "Auto"})
        )


def _numbers(value: Any) -> Any:  # noqa: ANN401  a property's value
    """Give a size as a number, which a template may write as a text."""
    return {**value, "Size": int(value["Size"])} if isinstance(value, dict) and "Size" in value else value
