"""The message that Lambda sends to the on-failure destination of a Kinesis mapping."""

import json
from datetime import UTC, datetime
from typing import Any

from tailrace.mapping.event import Record, Source
from tailrace.mapping.rules.actions import Discard
from tailrace.mapping.rules.windows import WindowView

OK = 200  # the invocation's status is that of the call, also if the function failed


def message(source: Source, function_arn: str, discard: Discard[Any], now: float) -> dict[str, Any]:
    """Write the message; `responseContext` is left out where the function did not answer last."""
    context = {
        "requestId": discard.request_id,
        "functionArn": function_arn,
        "condition": discard.condition.value,
        "approximateInvokeCount": discard.invoke_count,
    }
    written: dict[str, Any] = {"requestContext": context}
    if discard.answer:
        written["responseContext"] = {
            "statusCode": OK,
            "executedVersion": discard.answer.executed_version,
            "functionError": discard.answer.function_error,
        }
    written |= {"version": "1.0", "timestamp": timestamp(now), "KinesisBatchInfo": _batch(source, discard)}
    return written | ({"timeWindowInfo": _window(discard.window)} if discard.window else {})


def _batch(source: Source, discard: Discard[Any]) -> dict[str, Any]:
    """Name the records; the last invocation of a window may have none."""
    if not discard.records:
        return {"shardId": source.shard_id, "streamArn": source.stream_arn}
    first: Record = discard.records[0]
    last: Record = discard.records[-1]
    return {
        "shardId": source.shard_id,
        "startSequenceNumber": first.sequence_number,
        "endSequenceNumber": last.sequence_number,
        "approximateArrivalOfFirstRecord": timestamp(first.arrival),
        "approximateArrivalOfLastRecord": timestamp(last.arrival),
        "batchSize": len(discard.records),
        "streamArn": source.stream_arn,
    }


def _window(view: WindowView) -> dict[str, Any]:
    """Describe a tumbling window; AWS names the member, its form was never recorded: it is the event's."""
    start, end = (datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for at in view.window)
    return {
        "window": {"start": start, "end": end},
        "isFinalInvokeForWindow": view.final,
        "isWindowTerminatedEarly": view.early,
    }


def with_payload(written: dict[str, Any], event: bytes) -> dict[str, Any]:
    """Write what an S3 destination gets: the message, and the whole event as a string in it."""
    return written | {"payload": event.decode()}


def body(written: dict[str, Any]) -> str:
    """Write a message as JSON, compact, keys as they stand."""
    return json.dumps(written, separators=(",", ":"), ensure_ascii=False)


def object_key(mapping: str, shard_id: str, now: float, unique: str) -> str:
    """Name the object that an S3 destination gets: by mapping, shard, day and second."""
    at = datetime.fromtimestamp(now, UTC)
    return f"aws/lambda/{mapping}/{shard_id}/{at:%Y/%m/%d}/{at:%Y-%m-%dT%H.%M.%S}-{unique}"


def timestamp(seconds: float) -> str:
    """Write a time (epoch seconds) to the millisecond.

    >>> timestamp(1545084650.987)
    '2018-12-17T22:10:50.987Z'
    """
    at = datetime.fromtimestamp(round(seconds, 3), UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
