"""Which environment sent a request, and what befalls a function.

Each environment has a session token of its own: its role's, with the environment's identity behind it. SDKs
send it with every request, in any language.
"""

import json
from typing import NamedTuple
from weakref import WeakValueDictionary

from tailrace.clock import CLOCK
from tailrace.functions.environment import Environment
from tailrace.functions.stops import Doom, StopReason

from .rules import ENDS, INVOCATION, RULES, Effect, Fired, Moment, ObservedCall

IDENTITY = 32
"""Characters of an environment's identity."""
_ENVIRONMENTS: WeakValueDictionary[str, Environment] = WeakValueDictionary()
_STOPS = {
    "kill": StopReason("exit", -9),
    "timeout": StopReason("timeout"),
    "out-of-memory": StopReason("memory"),
}


class Fate(NamedTuple):
    """What befalls an invocation: it is throttled, or ends in some way."""

    throttled: bool = False
    doom: Doom | None = None


def note(identity: str, environment: Environment) -> None:
    """Remember an environment, for as long as it is there."""
    _ENVIRONMENTS[identity] = environment


def caller(token: str) -> Environment | None:
    """Return the environment that a session token was given to; None if it is none of ours."""
    return _ENVIRONMENTS.get(token[-IDENTITY:]) if token else None


def end(environment: Environment, effect: Effect) -> None:
    """End an environment in the middle of its invocation."""
    environment.strike(_STOPS[effect.kind])


def fate(function: str, payload: bytes) -> Fate:
    """Ask the rules about an invocation; a delay is over when this returns."""
    if not RULES:
        return Fate()
    fired = RULES.judge(ObservedCall(*INVOCATION, (function,), content=payload), CLOCK.now())
    delay(fired, "before")
    throttled = any(one.effect.kind == "throttle" for one in fired)
    dooms = [_doom(one.effect) for one in fired if one.effect.kind in ENDS or one.effect.kind == "error"]
    return Fate(throttled, dooms[0] if dooms else None)


def delay(fired: list[Fired], moment: Moment) -> None:
    """Wait for as long as the rules say, before a call's work or after it."""
    mine = [one.effect for one in fired if one.effect.kind == "delay" and one.effect.moment == moment]
    seconds = sum(effect.seconds for effect in mine)
    if seconds:
        CLOCK.sleep_until(CLOCK.now() + seconds)


def _doom(effect: Effect) -> Doom:
    if effect.kind == "error":
        code = effect.code or "Exception"
        text = effect.message or "raised by a fault that was asked for"
        return Doom("before", StopReason("error", payload=_raised(code, text), error_type=code))
    return Doom(effect.moment, _STOPS[effect.kind])


def _raised(code: str, text: str) -> bytes:
    return json.dumps({"errorMessage": text, "errorType": code}).encode()
