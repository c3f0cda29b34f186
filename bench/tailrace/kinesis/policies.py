"""Resource policies: kept as they were put, and asked where another account uses a stream or a consumer."""

import json
from fnmatch import fnmatchcase
from typing import Any

from tailrace.kinesis.errors import InvalidArgumentError


def checked(text: str) -> str:
    """Give a policy as it is read back: as JSON, with a list of one action as that action.

    Raises InvalidArgumentError.
    """
    try:
        policy = json.loads(text)
    except ValueError:
        policy = None
    if not isinstance(policy, dict) or not all(isinstance(one, dict) for one in _statements(policy)):
        raise InvalidArgumentError("Policy validation error: This policy contains invalid Json")
    for statement in _statements(policy):
        action = statement.get("Action")
        if isinstance(action, list) and len(action) == 1:
            statement["Action"] = action[0]
    return json.dumps(policy, separators=(",", ":"))


def allows(policy: str | None, account: str, operation: str, arn: str) -> bool:
    """Tell whether a policy lets an account do something with a resource; conditions are not judged."""
    statements = _statements(json.loads(policy)) if policy else []
    applying = [one for one in statements if _applies(one, account, f"kinesis:{operation}", arn)]
    effects = {one.get("Effect") for one in applying}
    return "Allow" in effects and "Deny" not in effects


def _statements(policy: dict[str, Any]) -> list[Any]:
    return _listed(policy.get("Statement", []))


def _applies(statement: dict[str, Any], account: str, action: str, arn: str) -> bool:
    principal = statement.get("Principal")
    named = _listed(principal.get("AWS", []) if isinstance(principal, dict) else principal)
    return (
        any(one in ("*", account) or f":{account}:" in str(one) for one in named)
        and any(fnmatchcase(action.lower(), str(one).lower()) for one in _listed(statement.get("Action", [])))
        and any(fnmatchcase(arn, str(one)) for one in _listed(statement.get("Resource", "*")))
    )


def _listed(value: Any) -> list[Any]:  # noqa: ANN401  JSON of a policy
    return value if isinstance(value, list) else [value]
