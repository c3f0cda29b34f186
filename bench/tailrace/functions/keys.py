"""KMSKeyArn of functions: kept and read back, which LocalStack does not do."""

from collections.abc import Mapping
from typing import Any

from localstack.services.lambda_ import api_utils
from localstack.services.lambda_.invocation.models import lambda_stores

from tailrace import seams
from tailrace.functions.shapes import FunctionVersion

_keys: dict[tuple[str, str, str], str] = {}


def install() -> None:
    """Let every answer that shows a function's configuration show its key."""
    usual = seams.replace(api_utils, "map_config_out", _shown)
    _usual.append(usual)


_usual: list[Any] = []


def _shown(
    version: FunctionVersion,
    return_qualified_arn: bool = False,  # noqa: FBT001, FBT002  LocalStack's
    return_update_status: bool = True,  # noqa: FBT001, FBT002  LocalStack's
    alias_name: str | None = None,
) -> dict[str, Any]:
    shown: dict[str, Any] = _usual[0](version, return_qualified_arn, return_update_status, alias_name)
    function = version.id
    if key := _keys.get((function.account, function.region, function.function_name)):
        shown["KMSKeyArn"] = key
    return shown


def note(operation: str, request: Mapping[str, Any], account: str, region: str) -> None:
    """Remember what a request says of a function's key; called before Lambda has taken it."""
    name = str(request.get("FunctionName", "")).rpartition("function:")[2].partition(":")[0]
    owner = account, region, name
    exists = name in lambda_stores[account][region].functions
    if operation == "CreateFunction" and not exists:
        _keys.pop(owner, None)
    if "KMSKeyArn" not in request or exists == (operation == "CreateFunction"):
        return
    if request["KMSKeyArn"]:
        _keys[owner] = request["KMSKeyArn"]
    else:
        _keys.pop(owner, None)
