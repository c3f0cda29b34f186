"""The short way: PutMetricData in JSON from the emulator's door to the store, past all between.

Only what is right goes it: whatever is wrong with a request, LocalStack's way says.
"""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from localstack.aws.accounts import get_account_id_from_access_key_id

from tailrace import cloudwatch
from tailrace.clock import Clock
from tailrace.cloudwatch.datapoints import samples
from tailrace.cloudwatch.queries import QueryError
from tailrace.door import ways
from tailrace.door.request import HttpResponse
from tailrace.door.tickets import Ticket

JSON_TYPE = "application/x-amz-json-1.0"
OPERATION = "PutMetricData"
NUMBER, TEXT = (int, float), (str,)
MEMBERS: dict[str, tuple[type, ...]] = {
    "MetricName": TEXT, "Unit": TEXT, "Timestamp": NUMBER, "Value": NUMBER, "StorageResolution": NUMBER,
    "Values": (list,), "Counts": (list,), "Dimensions": (list,), "StatisticValues": (dict,),
}  # fmt: skip
"""Of a datum; what is in those of more than one value, `samples` looks at."""
WRONG = (QueryError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


class CloudWatchShortWay:
    """Puts samples into the store."""

    def __init__(self, clock: Clock) -> None:
        self._now = clock.now

    def answer(self, ticket: Ticket, usual: ways.Usual) -> HttpResponse:
        """Take samples: all of a request, or none."""
        request = ticket.request
        kind = request.named.get("content-type", "").partition(";")[0]
        if not ticket.plain or ticket.operation != OPERATION or kind != JSON_TYPE:
            return usual(request)
        place = get_account_id_from_access_key_id(ticket.key), ticket.region
        try:
            body = json.loads(request.body.read())
            found = samples(place, _text(body["Namespace"]), data(body), self._now())
        except WRONG:
            return usual(request)
        cloudwatch.STORE.add_all(found)
        ways.note("cloudwatch", OPERATION, 200)
        return HttpResponse(
            200, [("Content-Type", JSON_TYPE), ("x-amzn-RequestId", str(uuid4())), ways.MARK], b"{}"
        )


def data(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a request's data with their times as datetimes. Raises TypeError and others for what is wrong.

    >>> data({"MetricData": [{"MetricName": "m", "Value": 1, "Timestamp": 0}]})[0]["Timestamp"].year
    1970
    """
    found = [*body.get("MetricData", ())]
    for entity in body.get("EntityMetricData", ()):
        found += entity.get("MetricData", ())
    return [_datum(one) for one in found]


def _datum(given: dict[str, Any]) -> dict[str, Any]:
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, MEMBERS[name]):
            raise TypeError(f"{name} of a datum is a {type(value).__name__}")
    for pair in given.get("Dimensions", ()):
        _text(pair["Name"])
        _text(pair["Value"])
    for number in (*given.get("Values", ()), *given.get("Counts", ())):
        if isinstance(number, bool) or not isinstance(number, NUMBER):
            raise TypeError("a value of a datum is no number")
    if "Timestamp" in given:
        return {**given, "Timestamp": datetime.fromtimestamp(given["Timestamp"], UTC)}
    return given


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a name is no text")
    return value
