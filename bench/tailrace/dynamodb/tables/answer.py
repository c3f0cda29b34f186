"""What the tables answer a request."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

NOTHING: Mapping[str, float] = MappingProxyType({})


class Answer(NamedTuple):
    """An answer in DynamoDB's JSON, and what the metrics have to know of it.

    `units` are the capacity units that were consumed, by table: always counted, and in the body only if the
    request asks. `error` is the code of an error, without its namespace; `failed` are the tables whose
    condition did not hold.
    """

    status: int
    body: bytes
    units: Mapping[str, float] = NOTHING
    error: str = ""
    failed: tuple[str, ...] = ()


class NotHereError(Exception):
    """A request names tables that are at DynamoDB Local."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__(f"at DynamoDB Local: {', '.join(sorted(names))}")
        self.names = names
