"""The tables of one account and region. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .answer import NotHereError
from .answers import no_table
from .requests import Request, check, table_name
from .table import Table
from .unsure import UnsureError
from .wire import decoded


class Done(NamedTuple):
    """A transaction that was written: when, its request's fingerprint, and the units to read it, by table."""

    when: float
    fingerprint: int
    units: tuple[tuple[str, float], ...]


@dataclass
class Space:
    """Tables by name, names of those at DynamoDB Local, and transactions of the last minutes by token."""

    elsewhere: set[str]
    tables: dict[str, Table] = field(default_factory=dict)
    done: dict[str, Done] = field(default_factory=dict)

    def table(self, name: object) -> Table:
        """Return a table. Raises NotHereError, or the error that is DynamoDB's answer.

        A table that is elsewhere may be here too, while it moves: nobody may read or write it here then.
        """
        found = self.tables.get(name) if type(name) is str else None
        return self.all((name,))[0] if found is None or name in self.elsewhere else found

    def all(self, names: Iterable[object]) -> list[Table]:
        """Return tables. Raises NotHereError of all that are elsewhere, or RefusedRequestError."""
        checked = [table_name(name) for name in names]
        gone = self.elsewhere.intersection(checked)
        if gone:
            raise NotHereError(frozenset(gone))
        if any(name not in self.tables for name in checked):
            raise no_table() if len(checked) == 1 else UnsureError("a missing table among others")
        return [self.tables[name] for name in checked]


class TableCall(NamedTuple):
    """A request for an operation: where, its body as it came, and when (seconds)."""

    space: Space
    body: bytes
    now: float

    def request(self, known: Mapping[str, type], *needed: str) -> Request:
        """Return what is asked for, if it has these members only, of these types, and those that it needs."""
        return check(decoded(self.body), known, *needed)
