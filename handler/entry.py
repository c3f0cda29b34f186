"""What Lambda calls: `handler.entry.lambda_handler`. Its clients are made when this is loaded."""

import gc
import os
import time
from collections.abc import Sequence
from typing import Any, Protocol

from handler.analytics import analyse
from handler.once import clients, log, settings
from handler.once.records import Record, record_of
from handler.once.settle import settle

SERVICES = clients.services(settings.read(os.environ))
gc.freeze()  # what is loaded stays: a full collection would search all of it, for longer than a batch takes


class Context(Protocol):
    """What Lambda tells about an invocation."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Return how long it may still run."""
        ...


class InvocationClock:
    """The time, as far as this invocation has it."""

    def __init__(self, context: Context) -> None:
        self._remaining = context.get_remaining_time_in_millis
        worst = 3 * clients.LONGEST_CALL * 1000  # a transaction, the metrics, the receipts
        self._reserve = min(worst, self._remaining() // 2)

    def now(self) -> int:
        """Return nanoseconds since the epoch."""
        return time.time_ns()

    def enough(self) -> bool:
        """Tell whether the slowest transaction would still leave time to end in order."""
        return self._remaining() >= self._reserve

    def wait(self, nanoseconds: int) -> None:
        """Let that much time pass."""
        time.sleep(nanoseconds / 10**9)

    def name(self) -> str:
        """Return a new name of 32 characters."""
        return os.urandom(16).hex()


def _batch(records: Sequence[Record]) -> dict[str, str | None]:
    """Return which records a batch holds, and the invocation's X-Ray trace: what one is traced by."""
    if not records:
        return {}
    return {
        "shardId": records[0].shard_id,
        "first": records[0].sequence_number,
        "last": records[-1].sequence_number,
        "traceId": os.environ.get("_X_AMZN_TRACE_ID"),
    }


def lambda_handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Settle a batch of Kinesis records; return the partial batch response."""
    records = [record_of(each) for each in event["Records"]]
    request = context.aws_request_id
    log.line("INFO", f"Received {len(records)} records from Kinesis", requestId=request, **_batch(records))
    began = time.monotonic()
    outcome = settle(records, analyse, SERVICES, InvocationClock(context))
    done = outcome.records - outcome.failed
    log.line(
        "INFO",
        f"Successfully processed {done} records, {outcome.failed} failed",
        requestId=request,
        milliseconds=round((time.monotonic() - began) * 1000),
        **outcome._asdict(),
    )
    return outcome.answer
