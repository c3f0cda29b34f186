"""Events for a test, in the shape that the pipeline's own events have."""

import json

from tailrace.testing.sending import Put


def event(event_id: str, *, key: str = "", **fields: object) -> Put:
    """Make an event with an id; a page view of 2026-01-02 03:04:05 UTC unless the fields say otherwise."""
    body = {"eventId": event_id, "eventType": "page_view", "timestamp": "2026-01-02T03:04:05Z", **fields}
    return Put(json.dumps(body).encode(), key or event_id, event_id)
