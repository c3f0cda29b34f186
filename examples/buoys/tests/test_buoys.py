import base64
import json
from collections.abc import Iterator
from typing import ClassVar

from tailrace.testing.promises import Promises, Put


class TestBuoys(Promises):
    """The promises of the buoys."""

    stack = "buoys-dev"
    stream = property(lambda self: self.outputs["Stream"])
    function = property(lambda self: self.outputs["Function"])
    not_promised: ClassVar = {"order": "the table does not tell when a wave was stored"}

    def event(self, number: int) -> Put:
        """Make a wave at one of six buoys."""
        wave, buoy = f"wave-{number}", f"buoy-{number % 6}"
        body = {"id": wave, "buoy": buoy, "metres": 1.5 + number % 4}
        return Put(json.dumps(body).encode(), key=buoy, element=wave)

    def stored(self) -> Iterator[str]:
        """Read the table."""
        pages = self.tailrace.aws("dynamodb").get_paginator("scan")
        for page in pages.paginate(TableName=self.outputs["Waves"], ConsistentRead=True):
            yield from (item["id"]["S"] for item in page["Items"])

    def set_aside(self) -> Iterator[bytes]:
        """Read the queue of what was no wave."""
        yield from map(base64.b64decode, self.tailrace.messages(self.outputs["SetAside"]))
