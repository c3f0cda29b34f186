"""What Kinesis itself publishes of puts, of a stream: how many records came in, how many were refused.

Of AWS's metrics of a stream (namespace AWS/Kinesis, dimension StreamName) these two are there.
"""

from typing import NamedTuple

from tailrace import cloudwatch
from tailrace.cloudwatch.cells import key, repeated
from tailrace.kinesis.call import Answer, Call, Request

PUTS = {"PutRecord", "PutRecords"}
NAMESPACE = "AWS/Kinesis"


class Counts(NamedTuple):
    """Of one request."""

    accepted: int
    refused: int
    """For want of throughput."""


def counts(name: str, body: Request, answer: Answer) -> Counts:
    """Return what became of the records of a put; without an answer the stream had no room for its one."""
    if answer is None:
        return Counts(0, 1)
    if name == "PutRecord":
        return Counts(1, 0)
    refused: int = answer["FailedRecordCount"]
    return Counts(len(body["Records"]) - refused, refused)


def record(call: Call, body: Request, counted: Counts) -> None:
    """Publish the counts of a put: one sample a request."""
    stream = body.get("StreamName") or body["StreamARN"].rpartition("/")[2]
    for name, value in (
        ("IncomingRecords", counted.accepted),
        ("WriteProvisionedThroughputExceeded", counted.refused),
    ):
        place, metric = (call.account, call.region), (NAMESPACE, name, "Count")
        which = key(place, metric, {"StreamName": stream}, call.now)
        cloudwatch.add(which, repeated(value, 1))
