"""The function's log tells which batches it got, and how each ended. Pure.

Each invocation says first which records it holds (`handler/entry.py`: requestId, shardId, first, last,
traceId), and at its end what became of them. Lambda's own lines (START, END, REPORT) enclose those of an
invocation: one environment, which is one log stream, does one at a time.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from bootstrap.log_lines import parsed
from tailrace.story.logs import BatchLine

_KNOWN = {"requestId", "shardId", "first", "last", "traceId"}
_OWN = ("START RequestId", "END RequestId")
_FAILED = re.compile(r"Task timed out after .*|\[ERROR\] .*|RequestId: \S+ Error: .*")


class Batch(NamedTuple):
    """What an invocation was given."""

    request_id: str
    at: float
    stream: str
    """The log stream that it wrote to."""
    records: int
    first: str
    last: str
    trace_id: str | None


def _said(text: str) -> dict[str, Any]:
    """Return what a structured line says; nothing for any other."""
    if not text.startswith("{"):
        return {}
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def delivered(lines: Iterable[BatchLine], shard_id: str, sequence_number: str) -> Iterator[Batch]:
    """Give the batches that a record was delivered in, in the order of the lines."""
    number = int(sequence_number)
    for line in lines:
        said = _said(line.text)
        if said.get("shardId") != shard_id or not {"first", "last", "requestId", "message"} <= said.keys():
            continue
        if int(said["first"]) <= number <= int(said["last"]):
            count = re.match(r"Received (\d+) records", said["message"])
            yield Batch(
                said["requestId"],
                line.at,
                line.stream,
                int(count[1]) if count else 0,
                said["first"],
                said["last"],
                said.get("traceId"),
            )


def telling(own: Sequence[BatchLine]) -> list[BatchLine]:
    """Return those of an invocation's lines that say more than that it began and ended, in short form."""
    return [
        line._replace(text=_short(line.text))
        for line in own
        if line.text.strip() and not line.text.startswith(_OWN)
    ]


def _short(text: str) -> str:
    """Return a line without what the batch's own line says already.

    >>> _short('{"level": "WARN", "message": "left", "requestId": "r-1", "records": 3}')
    'WARN left records=3'
    """
    if not _said(text):
        return text.replace("\t", "  ")
    line = parsed(text, without=_KNOWN)
    first = line.text if line.platform else f"{line.level} {line.text}"
    return " ".join([first, *(below.strip() for below in line.block)])


def ending(own: Iterable[BatchLine], sequence_number: str) -> str:
    """Say how the invocation ended, as far as this record is concerned."""
    for line in own:
        said = _said(line.text)
        if "retry_from" in said and "settled_before" in said:
            again = said["retry_from"]
            if again is not None and int(again) <= int(sequence_number):
                return f"not done: reported from {again} on, to be delivered again"
            rejected = sum(said["rejected"].values())
            counts = f"{said['stored']} stored, {said['duplicates']} duplicates, {rejected} quarantined"
            return f"done: {counts}, {said['settled_before']} settled before"
    for line in own:
        failed = _FAILED.search(line.text)
        if failed:
            return f"failed: {failed[0][:200]}"
    return "no end in the log (it runs, or was killed)"
