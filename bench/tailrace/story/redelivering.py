"""A full redelivery: a mapping delivers once more all that its stream holds, and stays the mapping it is."""

import time
from collections.abc import Callable
from typing import Any

from tailrace.control.own_api import NotOursError, ask
from tailrace.story.errors import StoryError
from tailrace.story.mappings import StreamMapping
from tailrace.story.watching import PATH

LOOK = 0.05
"""Seconds between two looks."""


def redeliver(
    endpoint: str,
    mapping: StreamMapping,
    within: float,
    look: Callable[[dict[str, Any]], None] = lambda _: None,
) -> int:
    """Have all records delivered once more, from the first, and wait until each is settled.

    Returns how many records the function was given. `look` is told now and then what the mapping did. Raises
    `StoryError` if it is not done after so many seconds, and for an emulator that cannot.
    """
    if mapping.state != "Enabled":
        raise StoryError(f"The mapping {mapping} is {mapping.state}, not Enabled: it delivers nothing now.")
    before = described(endpoint, mapping)
    try:
        ask(endpoint, f"{PATH}/{mapping.uuid}/rewind", {})
    except NotOursError as error:
        raise StoryError(f"The mapping {mapping} cannot be sent back: {error}") from None
    ends = time.monotonic() + within
    while True:
        now = described(endpoint, mapping)
        look(now)
        if now["rewound"] > before["rewound"] and now["behind"] and not now["behind"]["records"]:
            return int(now["records"] - before["records"])
        if time.monotonic() >= ends:
            left = (now["behind"] or {}).get("records", "all")
            why = f", the last invocation failed: {now['reason']}" if now["reason"] else ""
            raise StoryError(f"After {within:g} s {left} records are not settled{why}. It goes on.")
        time.sleep(LOOK)


def described(endpoint: str, mapping: StreamMapping) -> dict[str, Any]:
    """Return what the emulator tells of a mapping. Raises `StoryError` if it tells nothing."""
    try:
        found = [one for one in ask(endpoint, PATH)["mappings"] if one["mapping"] == mapping.uuid]
    except NotOursError:
        found = []
    if not found:
        raise StoryError(f"The emulator at {endpoint} does not tell what the mapping {mapping} does.")
    one: dict[str, Any] = found[0]
    return one
