"""What the function's answer means for the batch it was given.

With `ReportBatchItemFailures` (recorded on AWS, every row):

    answer                                                         meaning
    "", [], null, {}, no key, {"batchItemFailures": [] or null}    the batch is processed
    an item whose identifier is missing, null, "" or no record's   the whole batch failed
    sequence numbers of the batch                                  all before the lowest is processed
    an exception, a timeout                                        the whole batch failed
    JSON nested too deeply to be read                              the whole batch failed

Without it an answer that is no error is a success, whatever it says; but under a tumbling window, where every
answer but that to the window's last invocation has to have a `state`.
"""

import json
from collections.abc import Sequence
from enum import Enum
from typing import Any, NamedTuple, Protocol


class Kind(Enum):
    """What became of one try."""

    PROCESSED = "all records are processed"
    PARTLY = "the records before one of them are processed"
    UNFINISHED = "the first record is named as failed: nothing is processed"
    REJECTED = "the answer names a record that was not in the batch"
    ERROR = "the function failed"
    TOO_LARGE = "the event is larger than Lambda takes: the function never ran"
    THROTTLED = "no concurrency was left: the function never ran"
    MISSING = "there is no such function: it never ran"
    FAULT = "the bench itself failed: nobody knows whether it ran"

    __hash__ = (
        object.__hash__
    )  # a member is one object; by default its name is hashed, at each look into a table


class InvocationResult(NamedTuple):
    """The part of an answer that an on-failure message repeats (`responseContext`)."""

    executed_version: str
    function_error: str | None


class JudgedTry(NamedTuple):
    """One try, judged."""

    kind: Kind
    processed: int = 0
    """Leading records that are processed; meaningful for `PARTLY`."""
    answer: InvocationResult | None = None
    state: str | None = None
    """The state of a tumbling window that the function returned, JSON."""


class EndedInvocation(Protocol):
    """How an invocation ended, as the executor reports it."""

    @property
    def status(self) -> str: ...  # noqa: D102  "ok", "error", "throttled" or "missing"
    @property
    def payload(self) -> bytes: ...  # noqa: D102  what the function returned, JSON
    @property
    def function_error(self) -> str | None: ...  # noqa: D102  "Unhandled" for a failure
    @property
    def executed_version(self) -> str: ...  # noqa: D102  "$LATEST" or a number


NEVER_RAN = {"throttled": Kind.THROTTLED, "missing": Kind.MISSING}
_COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def judge(
    outcome: EndedInvocation,
    sequence_numbers: Sequence[str],
    *,
    partial_answers: bool,
    stateful: bool = False,
) -> JudgedTry:
    """Say what an invocation means for the batch with these sequence numbers, in order.

    `stateful`: a tumbling window is open, and stays open after this.
    """
    if outcome.status in NEVER_RAN:
        return JudgedTry(NEVER_RAN[outcome.status])
    answer = InvocationResult(outcome.executed_version, outcome.function_error)
    if outcome.status != "ok":
        return JudgedTry(Kind.ERROR, answer=answer)
    if not (partial_answers or stateful):
        return JudgedTry(Kind.PROCESSED, answer=answer)
    try:
        returned = _returned(outcome.payload)
    except RecursionError:
        return JudgedTry(Kind.REJECTED, answer=answer)
    state = returned.get("state")
    if stateful and not isinstance(state, dict):
        return JudgedTry(Kind.REJECTED, answer=answer)
    failures = returned.get("batchItemFailures") if partial_answers else None
    return _judge_failures(failures, sequence_numbers, answer)._replace(
        state=_COMPACT.encode(state) if stateful else None
    )


def _judge_failures(failures: Any, sequence_numbers: Sequence[str], answer: InvocationResult) -> JudgedTry:  # noqa: ANN401  any JSON
    if not failures:
        return JudgedTry(Kind.PROCESSED, answer=answer)
    first = _first_failed(failures, sequence_numbers)
    if first is None:
        return JudgedTry(Kind.REJECTED, answer=answer)
    return JudgedTry(Kind.PARTLY if first else Kind.UNFINISHED, processed=first, answer=answer)


def _returned(payload: bytes) -> dict[str, Any]:
    """Read an answer; what is no object has no members."""
    try:
        returned = json.loads(payload)
    except ValueError:
        return {}
    return returned if isinstance(returned, dict) else {}


def _first_failed(failures: Any, sequence_numbers: Sequence[str]) -> int | None:  # noqa: ANN401  any JSON
    """Index of the lowest record named; None if the answer names anything that is not of the batch."""
    if not isinstance(failures, list):
        return None
    places: dict[str, int] = {}
    for index, number in enumerate(sequence_numbers):
        places.setdefault(number, index)  # records out of one aggregate share their number
    named = [failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures]
    found = [places.get(name) if isinstance(name, str) else None for name in named]
    known = [index for index in found if index is not None]
    return min(known) if len(known) == len(found) else None
