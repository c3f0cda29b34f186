"""The states of a lane, and what a failed try costs: the tables that `lane.py` obeys.

Theory of operation
===================

Records come in order. They gather until a batch is complete; the batch is held until it is due, sent, and
judged. What is left of it after the judgement (all of it for a retry, its halves after a bisection, its tail
after a partial success) is held again. Only when nothing of it is left does the next batch begin: that is the
order which Kinesis promises, and that is why a failing record blocks its lane.

A lane is always in one of four states:

    GATHERING    no batch yet; records may be waiting for more
    HOLDING      a batch stands at the head, to be sent when it is due
    SENDING      the function has it
    DISCARDING   some of its records are being reported to the on-failure destination

and moves between them by the events of `TRANSITIONS`. One more transition is triggered by a state rather than
by an event: HOLDING with nothing left to hold is GATHERING.

The budget of tries belongs to the batch *as it stands*: what a partial success or a bisection leaves is a new
batch with a new budget and a new request id. (Recorded: the last of three records fails always, with 3
retries; it is delivered 5 times, once in the whole batch and 4 times alone.) A batch that only lost records
to age has been tried as often as before.
"""

from enum import Enum
from typing import NamedTuple

from tailrace.mapping.rules.answers import Kind


class LaneState(Enum):
    """Where a lane stands between two steps."""

    GATHERING = "gathering"
    HOLDING = "holding"
    SENDING = "sending"
    DISCARDING = "discarding"

    __hash__ = (
        object.__hash__
    )  # a member is one object; by default its name is hashed, at each look into a table


class LaneEvent(Enum):
    """What moves a lane from one state to another."""

    COMPLETE = "a batch is complete"
    SEND = "the batch goes to the function"
    SETTLE = "some or all of it is processed"
    FAIL = "it has to be tried again"
    DROP = "some or all of it is given up"
    LAPSE = "some or all of it has left the stream"
    REPORTED = "what was given up is reported"

    __hash__ = object.__hash__  # as of LaneState


TRANSITIONS: dict[LaneState, dict[LaneEvent, LaneState]] = {
    LaneState.GATHERING: {
        LaneEvent.COMPLETE: LaneState.HOLDING,
    },
    LaneState.HOLDING: {
        LaneEvent.SEND: LaneState.SENDING,
        LaneEvent.FAIL: LaneState.HOLDING,  # too large to be sent at all
        LaneEvent.DROP: LaneState.DISCARDING,
        LaneEvent.LAPSE: LaneState.HOLDING,
    },
    LaneState.SENDING: {
        LaneEvent.SETTLE: LaneState.HOLDING,
        LaneEvent.FAIL: LaneState.HOLDING,
    },
    LaneState.DISCARDING: {
        LaneEvent.REPORTED: LaneState.HOLDING,
    },
}


class Cost(NamedTuple):
    """What one failed try costs."""

    spends: bool
    """One of `MaximumRetryAttempts` is used up. If not, the batch is tried until its records are too old."""
    splits: bool
    """`BisectBatchOnFunctionError` applies."""


FAILURES: dict[Kind, Cost] = {
    Kind.ERROR: Cost(spends=True, splits=True),
    Kind.REJECTED: Cost(spends=True, splits=True),
    Kind.UNFINISHED: Cost(spends=True, splits=False),  # cut where the function said: nowhere
    Kind.TOO_LARGE: Cost(spends=True, splits=False),
    Kind.THROTTLED: Cost(spends=False, splits=False),
    Kind.MISSING: Cost(spends=False, splits=False),
    Kind.FAULT: Cost(spends=False, splits=False),  # what is wrong with us is not the function's fault
}
