"""What a load run sends, and by whom: handed from the command to Locust's processes by one variable."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

VARIABLE = "TAILRACE_LOAD"
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class LoadPlan:
    """One run. Counts and rates are of one worker."""

    endpoint: str
    """The emulator; empty for AWS itself, with the user's own credentials."""
    region: str
    stream: str
    ledgers: str
    """Folder in which each worker writes its ledger."""
    count: int | None
    """Events, None for no bound."""
    rate: float | None
    """Events a second, None for as many as the stream takes."""
    users: int
    batch: int
    """Events of one task."""
    keys: int
    """Partition keys, over which events go in turn."""
    template: dict[str, Any]
    """The event; `id_field` of it is each event's own."""
    id_field: str
    size: int
    """Bytes to which an event is filled up with a field `filling`; 0 leaves it as it is."""

    def to_environment(self) -> dict[str, str]:
        """Return the variable that hands it on."""
        return {VARIABLE: json.dumps(asdict(self))}

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "LoadPlan":
        """Take it from the variable."""
        return cls(**json.loads(environ[VARIABLE]))

    def event(self, event_id: str) -> bytes:
        """Return the event of an id.

        >>> plan = LoadPlan("", "", "", "", None, None, 1, 1, 1, {"kind": "click"}, "id", 0)
        >>> plan.event("w-7")
        b'{"id":"w-7","kind":"click"}'
        """
        body = {self.id_field: event_id, **{k: v for k, v in self.template.items() if k != self.id_field}}
        written = json.dumps(body, separators=(",", ":"))
        missing = self.size - len(written) - len(',"filling":""')
        if missing > 0:
            filling = (ALPHABET * (missing // len(ALPHABET) + 1))[:missing]
            written = json.dumps(body | {"filling": filling}, separators=(",", ":"))
        return written.encode()
