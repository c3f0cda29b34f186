"""What a lane asks of whoever runs it. Each says how to answer."""

from enum import Enum
from typing import NamedTuple

from tailrace.mapping.answers import Answer
from tailrace.mapping.event import Record


class Condition(Enum):
    """Why records are given up, in the words of the on-failure message."""

    RETRIES = "RetryAttemptsExhausted"
    AGE = "RecordAgeExceeded"


class Read(NamedTuple):
    """Read up to `limit` further records and hand them to `receive`, also if there are none."""

    limit: int


class Gather(NamedTuple):
    """Wait for new records, or until this time; None is as long as it takes. Then step again."""

    until: float | None


class Rest(NamedTuple):
    """Wait until this time; new records change nothing. Then step again."""

    until: float


class Invoke[R: Record](NamedTuple):
    """Invoke the function with these records and hand the verdict to `judged`."""

    records: tuple[R, ...]
    request_id: str


class Discard[R: Record](NamedTuple):
    """Report these records to the on-failure destination, if there is one, then call `reported`."""

    records: tuple[R, ...]
    condition: Condition
    request_id: str
    invoke_count: int
    """`approximateInvokeCount`: never less than 1, also if the function never ran."""
    answer: Answer | None
    """The last answer; None if the message has no `responseContext`."""


type Action[R: Record] = Read | Gather | Rest | Invoke[R] | Discard[R]
