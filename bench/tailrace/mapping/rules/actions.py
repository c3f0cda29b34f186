"""What a shard asks of whoever runs it. Each says how to answer."""

from enum import Enum
from typing import NamedTuple

from tailrace.mapping.event import Record
from tailrace.mapping.rules.answers import InvocationResult
from tailrace.mapping.rules.windows import WindowView


class Condition(Enum):
    """Why records are given up, in the words of the on-failure message."""

    RETRIES = "RetryAttemptsExhausted"
    AGE = "RecordAgeExceeded"


class Read(NamedTuple):
    """Read up to `limit` records from `position` on and hand the page to `receive`, also an empty one."""

    position: int
    limit: int


class Wait(NamedTuple):
    """Wait until this time or for new records; None is as long as it takes. Then step again."""

    until: float | None


class Invoke[R: Record](NamedTuple):
    """Invoke the function with these records and hand the verdict to `judged`."""

    records: tuple[R, ...]
    request_id: str
    window: WindowView | None = None
    """What the event says of the tumbling window; None without one."""


class Discard[R: Record](NamedTuple):
    """Report these records to the on-failure destination, if there is one, then call `reported`."""

    records: tuple[R, ...]
    condition: Condition
    request_id: str
    invoke_count: int
    """`approximateInvokeCount`: never less than 1, also if the function never ran."""
    answer: InvocationResult | None
    """The last answer; None if the message has no `responseContext`."""
    window: WindowView | None = None


class Work[R: Record](NamedTuple):
    """What one lane wants done; its answer goes to the lane of this number."""

    lane: int
    action: Invoke[R] | Discard[R]


class Ended(NamedTuple):
    """The shard is closed and all of it is settled: its children may run."""
