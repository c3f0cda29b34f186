"""The rules of faults: which calls each matches, when it fires, and what it counted. Pure.

A rule matches a call by its service, operation, resource, function and content. Of the calls that it matches
it fires on those from the `nth` on, each with its probability, at most so many `times`, and `until` a time.
The rules are one immutable tuple, replaced whole; it and their counts change under one lock.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from threading import Lock
from typing import Literal, NamedTuple

type Kind = Literal[
    "error", "delay", "lose", "cut", "entries", "kill", "timeout", "out-of-memory", "throttle", "watch"
]
"""What a rule does.

error          the call is refused, with an error of AWS's
delay          it is begun later, or answered later
lose           its work is done, and the connection closed without an answer
cut            its work is done, and the connection closed in the middle of the answer
entries        single entries of it fail
kill, timeout, out-of-memory    that is how the function ends that makes the call, or is invoked
throttle       the function is not invoked: its concurrency is used up
watch          nothing: the calls are counted
"""
type Moment = Literal["before", "after", "answer"]
"""When a function ends: before the call's work, after it; of an invocation also while it answers."""
ENDS = frozenset({"kill", "timeout", "out-of-memory"})
"""Ways in which a function ends."""
INVOCATION = ("function", "invoke")
"""Service and operation by which an invocation is asked about."""


class ObservedCall(NamedTuple):
    """A request, or an invocation, as rules look at it."""

    service: str
    operation: str
    resources: tuple[str, ...] = ()
    function: str = ""  # the function that makes it, if one does
    content: bytes = b""
    entries: tuple[bytes, ...] = ()  # of a batch, the content of each

    @property
    def name(self) -> str:
        """Its service and operation, such as `dynamodb.PutItem`."""
        return f"{self.service}.{self.operation}"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a rule does to a call. `seconds` of a delay; `share` of the entries that fail."""

    kind: Kind
    code: str = ""
    message: str = ""
    seconds: float = 0.0
    share: float = 1.0
    moment: Moment = "before"


@dataclass(frozen=True, kw_only=True)
class FaultRule:
    """A fault that was asked for. Names may hold `*`; `until` is in epoch seconds of the emulator's clock."""

    id: str
    effect: Effect
    service: str = "*"
    operation: str = "*"
    resource: str = "*"
    function: str = "*"
    content: str = ""
    nth: int = 1
    probability: float = 1.0
    seed: int = 0
    times: int | None = None
    until: float | None = None

    def matches(self, call: ObservedCall) -> bool:
        """Tell whether a call is one that the rule is about."""
        if call[:2] == INVOCATION and self.service != INVOCATION[0]:
            return False  # `*` means AWS's services
        if self.effect.kind in ENDS and not (call.function or call[:2] == INVOCATION):
            return False  # no function's
        return (
            fnmatchcase(call.service, self.service)
            and fnmatchcase(call.operation, self.operation)
            and (self.resource == "*" or any(fnmatchcase(one, self.resource) for one in call.resources))
            and (self.function == "*" or fnmatchcase(call.function, self.function))
            and (self.holds(call.content) or any(map(self.holds, call.entries)))
        )

    def holds(self, content: bytes) -> bool:
        """Tell whether a body, or an entry of it, holds the text that the rule is about."""
        return self.content.encode() in content


class Fired(NamedTuple):
    """A rule that fires on a call, and the numbers of the entries that fail."""

    effect: Effect
    entries: tuple[int, ...] = ()


class FaultReport(NamedTuple):
    """What a rule did so far; `calls` are those that it matched, by name."""

    rule: FaultRule
    matched: int
    fired: int
    calls: dict[str, int]


@dataclass
class _ActiveRule:
    rule: FaultRule
    chance: random.Random
    matched: int = 0
    fired: int = 0
    calls: Counter[str] = field(default_factory=Counter)


class FaultRules:
    """All rules of an emulator. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._active: tuple[_ActiveRule, ...] = ()
        self._number = 0

    def __bool__(self) -> bool:
        """Tell whether there is any: without one nothing is asked, which costs nothing."""
        return bool(self._active)

    def add(self, made: Callable[[str], FaultRule]) -> FaultRule:
        """Add the rule that is made with this id."""
        with self._lock:
            self._number += 1
            rule = made(f"fault-{self._number}")
            self._active = (*self._active, _ActiveRule(rule, random.Random(rule.seed)))  # noqa: S311  no secret
        return rule

    def remove(self, rule_id: str) -> FaultReport | None:
        """Remove a rule; return what it did, None if there is none of this id."""
        with self._lock:
            gone = [active for active in self._active if active.rule.id == rule_id]
            self._active = tuple(active for active in self._active if active.rule.id != rule_id)
            return _report(gone[0]) if gone else None

    def clear(self) -> list[FaultReport]:
        """Remove all rules; return what each did."""
        with self._lock:
            gone, self._active = self._active, ()
            return [_report(active) for active in gone]

    def reports(self) -> list[FaultReport]:
        """Return what each rule did so far."""
        with self._lock:
            return [_report(active) for active in self._active]

    def judge(self, call: ObservedCall, now: float) -> list[Fired]:
        """Return what befalls a call, and count it."""
        if not self._active:
            return []
        with self._lock:
            return [fired for active in self._active if (fired := _fires(active, call, now))]


def _report(active: _ActiveRule) -> FaultReport:
    return FaultReport(active.rule, active.matched, active.fired, dict(active.calls))


def _fires(active: _ActiveRule, call: ObservedCall, now: float) -> Fired | None:
    rule = active.rule
    if (rule.until is not None and now >= rule.until) or not rule.matches(call):
        return None
    active.matched += 1
    active.calls[call.name] += 1
    over = rule.times is not None and active.fired >= rule.times
    if rule.effect.kind == "watch" or over or active.matched < rule.nth:
        return None
    if rule.probability < 1 and active.chance.random() >= rule.probability:
        return None
    entries: tuple[int, ...] = ()
    if rule.effect.kind == "entries":
        share = rule.effect.share
        meant = [n for n, content in enumerate(call.entries) if rule.holds(content)]
        entries = tuple(n for n in meant if share >= 1 or active.chance.random() < share)
        if not entries:
            return None
    active.fired += 1
    return Fired(rule.effect, entries)


RULES = FaultRules()
"""The rules of this emulator."""
