"""All mappings of Kinesis streams at one moment: what `tailrace watch` shows."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from tailrace.control.own_api import NotOursError, ask
from tailrace.story.errors import StoryError
from tailrace.story.mappings import StreamMapping, mappings
from tailrace.story.places import MakeClient, place_of

PATH = "/_tailrace/mappings"


class Watched(NamedTuple):
    """One mapping at one moment. What an emulator that is not ours does not tell is None."""

    mapping: StreamMapping
    behind: int | None
    """Records that are not settled yet."""
    seconds: float | None
    """How long ago the oldest of them arrived."""
    per_second: float | None
    """Batches, over the last ten seconds."""
    reason: str
    """Why the newest invocation failed; empty if it did not."""
    given_up: int | None
    """Records, since the mapping was made."""
    dead_letters: int | None
    """Messages at its destination; None if it has none, or it cannot be read."""

    def described(self, at: float) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "at": datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds"),
            "mapping": self.mapping.uuid,
            "stream": self.mapping.stream,
            "function": self.mapping.function,
            "state": self.mapping.state,
            "lagRecords": self.behind,
            "lagSeconds": None if self.seconds is None else round(self.seconds, 3),
            "lastResult": self.mapping.result,
            "reason": self.reason,
            "batchesPerSecond": self.per_second,
            "recordsGivenUp": self.given_up,
            "deadLetters": self.dead_letters,
        }


def look(endpoint: str, client: MakeClient) -> Iterator[Watched]:
    """Look at every mapping, in the order of streams and functions."""
    known = _described(endpoint)
    found = sorted(mappings(client("lambda")), key=lambda one: (one.stream, one.function, one.uuid))
    for one in found:
        described = known.get(one.uuid, {})
        behind = described.get("behind") or {}
        yield Watched(
            one,
            behind.get("records"),
            behind.get("seconds"),
            described.get("perSecond"),
            described.get("reason", ""),
            described.get("givenUp"),
            _waiting(one, client),
        )


def _described(endpoint: str) -> dict[str, dict[str, Any]]:
    try:
        return {one["mapping"]: one for one in ask(endpoint, PATH)["mappings"]}
    except NotOursError:
        return {}


def _waiting(one: StreamMapping, client: MakeClient) -> int | None:
    try:
        return place_of(one, client).depth()
    except (StoryError, ClientError):
        return None
