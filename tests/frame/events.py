"""Events for a test under a name of its own, in the shape that the events of the handler in use have."""

import json
from zlib import crc32

from tailrace.testing.sending import Put
from tests.frame import samples


def event(event_id: str, *, key: str = "", **fields: object) -> Put:
    """Make an event with an id; a page view of 2026-01-02 03:04:05 UTC unless the fields say otherwise.

    With another handler than the recipe's it is one of that handler's samples under this id.
    """
    shape: samples.Event = {"eventType": "page_view", "timestamp": "2026-01-02T03:04:05Z"}
    if not samples.RECIPE:
        shape = samples.event(crc32(event_id.encode()) % 1_000_000)[1]
    return Put(json.dumps({**shape, "eventId": event_id, **fields}).encode(), key or event_id, event_id)
