"""The promises of the readings: what a project writes to try them."""

import base64
import json
from collections.abc import Iterator

from tailrace.testing.promises import Promises, Put, Stored


class TestReadings(Promises):
    """The stack as it is deployed."""

    stack = "readings"
    stream = property(lambda self: self.outputs["Stream"])
    function = property(lambda self: self.outputs["Function"])

    def event(self, number: int) -> Put:
        """Make a reading of one of six sensors."""
        body = {"id": f"r-{number}", "celsius": 20.5 + number % 7}
        return Put(json.dumps(body).encode(), key=f"sensor-{number % 6}", element=f"r-{number}")

    def stored(self) -> Iterator[Stored]:
        """Read the table; an item counts how often it was written, and when."""
        pages = self.tailrace.aws("dynamodb").get_paginator("scan").paginate(TableName=self.outputs["Table"])
        for item in (item for page in pages for item in page["Items"]):
            for _ in range(int(item["times"]["N"])):
                yield Stored(item["id"]["S"], applied_at=int(item["at"]["N"]))

    def set_aside(self) -> Iterator[bytes]:
        """Read the queue of what was no reading."""
        yield from map(base64.b64decode, self.tailrace.messages(self.outputs["SetAside"]))
