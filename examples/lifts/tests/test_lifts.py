import base64
import json
from collections.abc import Iterator

from tailrace.testing.promises import Promises, Put, Stored


class TestLifts(Promises):
    """The promises of the lifts."""

    stack = "lifts"
    stream = property(lambda self: self.outputs["Stream"])
    function = property(lambda self: self.outputs["Function"])

    def event(self, number: int) -> Put:
        """Make a ride with one of eight lifts."""
        ride, lift = f"ride-{number}", f"lift-{number % 8}"
        return Put(json.dumps({"id": ride, "lift": lift}).encode(), key=lift, element=ride)

    def stored(self) -> Iterator[Stored]:
        """Read the table."""
        pages = self.tailrace.aws("dynamodb").get_paginator("scan")
        for page in pages.paginate(TableName=self.outputs["TableName"], ConsistentRead=True):
            for item in page["Items"]:
                yield Stored(item["id"]["S"], applied_at=int(item["at"]["N"]))

    def set_aside(self) -> Iterator[bytes]:
        """Read the queue of what was no ride."""
        yield from map(base64.b64decode, self.tailrace.messages(self.outputs["SetAsideUrl"]))
