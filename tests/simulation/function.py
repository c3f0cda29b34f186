"""The function of a history: it answers by the tape, in every way that a function may."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from tailrace.kinesis.engine import Record
from tailrace.mapping.rules.actions import Invoke
from tailrace.mapping.rules.answers import JudgedTry, Kind, judge
from tailrace.mapping.rules.windows import MOST_STATE
from tailrace.mapping.settings import MappingSettings
from tests.simulation.records import FACTS
from tests.simulation.reference import Meant
from tests.simulation.tape import Tape

FAILING = 45
"""Percent of all invocations that fail."""
TIMEOUTS = (3.0, 60.0, 900.0)
SUCCESSES = (
    b"{}",
    b"",
    b'""',
    b"[]",
    b"null",
    b'{"batchItemFailures":[]}',
    b'{"batchItemFailures":null}',
    b"no",
)
STRANGE: tuple[Any, ...] = (123, "", None, "none")
"""What names no record of a batch."""
TOO_DEEP = b"[" * 100_000
FULL = json.dumps({"s": "x" * MOST_STATE}, separators=(",", ":"))
FAILURES = ("throttled", "missing", "timeout", "raised", "fault", "malformed", *["partly"] * 4)
"""Ways to fail, as often as they stand here."""


class Outcome(NamedTuple):
    """How an invocation ended, as the executor reports it."""

    status: str
    payload: bytes = b"{}"
    function_error: str | None = None
    executed_version: str = "$LATEST"


class Answered(NamedTuple):
    """An answer: what the function meant, what the rules are told, and how long it took (seconds)."""

    meant: Meant
    verdict: JudgedTry
    seconds: float = 0.0


SUCCEEDED = tuple(Outcome("ok", payload) for payload in SUCCESSES)
RAISED = Outcome("error", b'{"errorMessage":"no"}', "Unhandled")


class Call:
    """One invocation: how answers to it are judged."""

    def __init__(self, action: Invoke[Record], settings: MappingSettings) -> None:
        self.records = action.records
        self.partial = settings.partial_answers
        self.stateful = action.window is not None and not action.window.final

    def judged(self, meant: Meant, outcome: Outcome, seconds: float = 0.0) -> Answered:
        """Have an outcome judged by the rules."""
        numbers = [record.sequence_number for record in self.records]
        verdict = judge(outcome, numbers, partial_answers=self.partial, stateful=self.stateful)
        return Answered(meant, verdict, seconds)

    def answered(self, meant: Meant, failures: object) -> Answered:
        """Have an answer judged that names failures, and has a state."""
        named = "null" if failures is None else json.dumps(failures)
        payload = f'{{"batchItemFailures":{named},"state":{meant.state}}}'
        return self.judged(meant, Outcome("ok", payload.encode()))

    def poison(self) -> int | None:
        """Give the place of the first record that the function never survives."""
        return next((n for n, one in enumerate(self.records) if FACTS[one.data][0] == "poison"), None)


class Function:
    """A function that fails as the tape says, and always on a poisonous record, until all is calm."""

    def __init__(self, tape: Tape, met: defaultdict[str, int]) -> None:
        self._tape, self._met = tape, met
        self._calls = 0

    def answer(self, action: Invoke[Record], settings: MappingSettings, *, calm: bool) -> Answered:
        """Answer an invocation."""
        call = Call(action, settings)
        self._calls += 1
        state = f'{{"n":{self._calls}}}'
        if calm:
            return self._succeed(call, state)
        poison = call.poison()
        if poison is not None:
            self._met["a poisonous record is sent"] += 1
        elif not self._tape.chance(FAILING):
            full = call.stateful and self._tape.draw(400) == 399
            return self._succeed(call, FULL if full else state)
        return self._fail(call, state, poison)

    def _succeed(self, call: Call, state: str) -> Answered:
        meant = Meant("PROCESSED", state=state)
        if not call.stateful:
            return call.judged(meant, self._tape.pick(SUCCEEDED))
        unasked = not call.partial and call.records and self._tape.draw(2)  # nobody looks at what it names
        return call.answered(meant, _named(call.records, 0) if unasked else None)

    def _fail(self, call: Call, state: str, poison: int | None) -> Answered:
        way = self._tape.pick(FAILURES)
        if way in {"throttled", "missing"}:
            return call.judged(Meant(way.upper()), Outcome(way))
        if way == "fault":
            return Answered(Meant("FAULT"), JudgedTry(Kind.FAULT))
        if way == "timeout":
            self._met["a function times out"] += 1
            return call.judged(Meant("ERROR"), RAISED, self._tape.pick(TIMEOUTS))
        if way == "malformed" and (call.partial or call.stateful):
            return self._say_nonsense(call, state)
        if way == "partly" and call.partial and call.records:
            first = self._tape.draw(len(call.records)) if poison is None else poison
            later = first + self._tape.draw(len(call.records) - first)
            meant = Meant("PARTLY" if first else "UNFINISHED", first, state)
            return call.answered(meant, _named(call.records, later, first))
        return call.judged(Meant("ERROR"), RAISED)

    def _say_nonsense(self, call: Call, state: str) -> Answered:
        """Answer what makes the whole batch fail: no state, names that are none, or no end of brackets."""
        self._met["a malformed answer"] += 1
        meant = Meant("REJECTED", state=state)
        if self._tape.draw(100) == 99:
            return call.judged(meant, Outcome("ok", TOO_DEEP))
        if not call.partial or (call.stateful and self._tape.draw(2)):
            return call.judged(meant, self._tape.pick(SUCCEEDED))
        failures = [{"itemIdentifier": self._tape.pick(STRANGE)}]
        if self._tape.draw(2):  # beside one that is right
            failures += _named(call.records, -1) if call.records else [{"foo": 123}]
        return call.answered(meant, "all" if self._tape.draw(8) == 7 else failures)


def _named(records: Sequence[Record], *places: int) -> list[dict[str, Any]]:
    return [{"itemIdentifier": records[place].sequence_number} for place in places]
