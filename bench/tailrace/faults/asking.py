"""A rule as it is asked for: JSON, checked. Pure.

{"on": "dynamodb.PutItem", "do": "error", "code": "ThrottlingException", "resource": "readings",
 "function": "store", "content": "r-17", "nth": 3, "probability": 0.5, "seed": 7, "times": 2, "lasting": 60}
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, get_args

from .entries import HAVE_ENTRIES
from .rules import ENDS, INVOCATION, Effect, FaultRule, Kind, Moment

KINDS: tuple[str, ...] = get_args(Kind.__value__)
MOMENTS: tuple[str, ...] = get_args(Moment.__value__)
FIELDS = {
    "on": str, "do": str, "code": str, "message": str, "resource": str, "function": str, "content": str,
    "moment": str, "nth": int, "times": int, "seed": int, "probability": float, "share": float,
    "seconds": float, "lasting": float,
}  # fmt: skip
OF_FUNCTIONS = "function.invoke"
MOST_SECONDS = 900.0
"""Of a delay: as long as a function may run."""


class FaultError(Exception):
    """A rule that cannot be; the message says what is expected."""


def asked(request: object, now: float) -> Callable[[str], FaultRule]:
    """Return what makes the rule that is asked for, with its id. Raises FaultError."""
    if not isinstance(request, Mapping):
        raise FaultError('A fault is a JSON object such as {"on": "dynamodb.PutItem", "do": "error"}.')
    given = {name: _value(name, value) for name, value in request.items() if value is not None}
    service, operation = _call(given)
    effect = _effect(given, f"{service}.{operation}")
    times = given.get("times", 1 if "nth" in given else None)
    rest = {name: given[name] for name in ("resource", "function", "content", "probability") if name in given}
    until = now + given["lasting"] if "lasting" in given else None

    def made(rule_id: str) -> FaultRule:
        return FaultRule(
            id=rule_id, effect=effect, service=service, operation=operation, nth=given.get("nth", 1),
            seed=given.get("seed", 0), times=times, until=until, **rest,
        )  # fmt: skip

    return made


def _value(name: str, value: Any) -> Any:  # noqa: ANN401  whatever JSON holds
    kind: Any = FIELDS.get(name)
    if kind is None:
        raise FaultError(f"A fault has no {name!r:.40}: expected some of {', '.join(FIELDS)}.")
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not kind:
        raise FaultError(f"{name} of a fault is a {_PLAIN[kind]}, not {value!r:.40}.")
    if name in {"nth", "times"} and value < 1:
        raise FaultError(f"{name} of a fault is a number from 1 on, not {value}.")
    if name in {"probability", "share"} and not 0 < value <= 1:
        raise FaultError(f"{name} of a fault is above 0 and at most 1, not {value:g}.")
    if name in {"seconds", "lasting"} and not (math.isfinite(value) and value > 0):
        raise FaultError(f"{name} of a fault is a number of seconds above 0, not {value:g}.")
    return value


_PLAIN = {str: "text", int: "whole number", float: "number"}


def _call(given: Mapping[str, Any]) -> tuple[str, str]:
    service, dot, operation = str(given.get("on", "*.*")).partition(".")
    if not (service and dot and operation):
        raise FaultError(
            f"A fault is on a call such as dynamodb.PutItem, dynamodb.* or {OF_FUNCTIONS}, "
            f"not {given.get('on')!r:.60}."
        )
    if service == INVOCATION[0] and operation != INVOCATION[1]:
        raise FaultError(f"What a function does is {OF_FUNCTIONS}, not {service}.{operation}.")
    return service, operation


def _effect(given: Mapping[str, Any], call: str) -> Effect:
    kind = given.get("do", "error")
    if kind not in KINDS:
        raise FaultError(f"A fault does one of {', '.join(KINDS)}, not {kind!r:.40}.")
    invoked = call == OF_FUNCTIONS
    moment = given.get("moment", "answer" if invoked and kind in ENDS else "before")
    if moment not in MOMENTS or (moment == "answer" and not invoked):
        raise FaultError(f"moment is before or after, and of {OF_FUNCTIONS} also answer: not {moment!r:.40}.")
    if kind == "delay" and not 0 < given.get("seconds", 0) <= MOST_SECONDS:
        raise FaultError(f"A delay takes seconds, above 0 and at most {MOST_SECONDS:g}.")
    if kind == "entries" and call not in HAVE_ENTRIES:
        raise FaultError(f"{call} has no entries that could fail: expected {', '.join(HAVE_ENTRIES)}.")
    if kind == "throttle" and not invoked:
        raise FaultError(
            f"throttle is of {OF_FUNCTIONS}: a request is refused by error, with a code such as "
            "ThrottlingException or none (the service's own is taken)."
        )
    if invoked and kind in {"lose", "cut"}:
        raise FaultError(f"An invocation is lost by kill, timeout or out-of-memory, not by {kind}.")
    if kind in ENDS and not invoked and given.get("function", "*") == "*":
        raise FaultError(f"{kind} takes the function that makes the call: expected its name, or a pattern.")
    named = {name: given[name] for name in ("code", "message", "seconds", "share") if name in given}
    return Effect(kind=kind, moment=moment, **named)
