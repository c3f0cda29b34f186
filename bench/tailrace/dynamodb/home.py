"""Where each table is: in this process, or at DynamoDB Local; and how it moves from here to there.

A request that the tables here are sure of is answered here. For any other, the tables that it names move to
DynamoDB Local with all their items, once and for good, and it is answered there. So a table is at one place
at any time, and each answer is one that we are sure of, or that AWS's own code gives.

One lock guards what is here; a request keeps it for as long as it is answered here. A table can be
*busy*: while it moves, or is made or deleted at DynamoDB Local, requests that name it wait. A move that fails
changes nothing: the tables stay here, and the request that needed it is told why.
"""

import json
import logging
import threading
from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from typing import Any, Protocol

from . import copying, rules
from .changes import named
from .connection import Said
from .copying import Copy, LocalError, Origin
from .outside import Asked, Local, Moved, answered, failure
from .tables.answer import Answer, NotHereError
from .tables.unsure import UnsureError

LOG = logging.getLogger(__name__)
CREATE, DELETE, DESCRIBE = "CreateTable", "DeleteTable", "DescribeTable"
DESCRIBING = {DELETE, DESCRIBE, "UpdateTable"}
GONE = "ResourceNotFoundException"
STATEMENTS = {"BatchExecuteStatement", "ExecuteStatement", "ExecuteTransaction"}

type Name = tuple[str, str]
"""A table: its space and its name."""


class MemoryTables(Protocol):
    """Tables in memory; never called by two threads at once."""

    elsewhere: dict[str, set[str]]
    """The names of each space that are at DynamoDB Local."""

    def answer(self, space: str, operation: str, body: bytes, now: float) -> Answer:
        """Answer a request. Raises UnsureError or NotHereError, and has changed nothing then."""

    def names(self, operation: str, body: bytes) -> Collection[str] | None:
        """Return all tables that a request names; None if that cannot be told."""

    def here(self, space: str) -> Collection[str]:
        """Return the names of the tables of a space."""

    def contents(self, space: str, name: str) -> tuple[dict[str, Any], list[Any]]:
        """Return the request that makes a table as it is now, and its items."""

    def drop(self, space: str, name: str) -> None:
        """Forget a table that is here."""

    def forget(self) -> None:
        """Forget all tables."""


class Home:
    """Answers requests for tables, wherever they are."""

    def __init__(self, tables: MemoryTables, local: Local, now: Callable[[], float]) -> None:
        self._tables, self._local, self._now = tables, local, now
        self._free = threading.Condition(threading.Lock())
        """Its lock guards the tables and all that follows; told when a table is busy no more."""
        self._busy: set[Name] = set()
        self._origins: dict[Name, Origin] = {}
        self._reasons: dict[Name, str] = {}

    def start(self) -> None:
        """Start nothing: DynamoDB Local starts when a table moves there."""

    def ask(self, asked: Asked) -> Answer | Said:
        """Answer a request here, or have DynamoDB Local answer it."""
        tables = self._tables
        with self._free:
            found = self._needed(asked)
            if isinstance(found, Answer):
                return found
            names, reason = found
            ours = {name for name in names if name[1] in tables.here(asked.space)}
            shaping = asked.operation in {CREATE, DELETE}
            busy = names if shaping else ours
            there = {(space, name) for space, name in busy if name in tables.elsewhere.get(space, ())}
            copies = [_copied(name, tables, self._now()) for name in sorted(ours)]
            self._keep_waiting(busy)
        answer: Answer | Said | None = None
        origins: dict[Name, Origin] = {}
        try:
            origins = self._move(asked, copies, reason)
            there |= ours
            if shaping:
                answer = self._outside(asked)
                there = _remaining(asked.operation, answer, busy, there)
        except LocalError as error:
            LOG.error("%s could not be answered: %s", asked.operation, error)  # noqa: TRY400  a sentence
            answer = failure(f"{asked.operation} needs DynamoDB Local ({reason}). {error}")
        finally:
            self._release(busy, there, reason, origins)
        return answer or self._outside(asked)

    def moved(self) -> list[Moved]:
        """Return which tables are at DynamoDB Local, and why."""
        with self._free:
            return sorted(Moved(name, reason) for (_, name), reason in self._reasons.items())

    def forget(self) -> None:
        """Forget all tables, here and there, and stop DynamoDB Local."""
        with self._free:
            while self._busy:
                self._free.wait()
            self._tables.forget()
            self._tables.elsewhere.clear()
            self._origins.clear()
            self._reasons.clear()
            self._local.end()

    def rest(self) -> None:
        """Stop DynamoDB Local, if no table is there."""
        with self._free:
            if not self._busy and not self._reasons:
                self._local.end()

    def _inside(self, asked: Asked) -> Answer:
        """Answer a request here. Raises UnsureError also where our own code fails."""
        try:
            return self._tables.answer(asked.space, asked.operation, asked.body, self._now())
        except (UnsureError, NotHereError):
            raise
        except Exception as error:
            LOG.exception("%s could not be answered in memory", asked.operation)
            raise UnsureError(f"an error of the bench's own, {type(error).__name__}") from error

    def _needed(self, asked: Asked) -> Answer | tuple[set[Name], str]:
        """Return which tables have to be at DynamoDB Local, and why, once none of them is busy."""
        while True:
            try:
                return self._inside(asked)
            except UnsureError as unsure:
                if asked.operation not in rules.AT_DYNAMODB_LOCAL:
                    return Answer(HTTPStatus.BAD_REQUEST, rules.NO_OPERATION, error=rules.UNKNOWN_OPERATION)
                if not rules.is_object(asked.body):
                    return Answer(HTTPStatus.BAD_REQUEST, rules.NO_JSON, error="SerializationException")
                reason = "PartiQL" if asked.operation in STATEMENTS else str(unsure)
            except NotHereError as there:
                reason = f"used together with {', '.join(sorted(there.names))}"
            names = self._named(asked)
            if self._busy.isdisjoint(names):
                return names, reason
            self._free.wait()

    def _named(self, asked: Asked) -> set[Name]:
        """Return the tables that a request names; all of its space, if that cannot be told."""
        tables = self._tables
        names: Collection[str] | None
        if asked.operation in STATEMENTS:
            names = named(json.loads(asked.body))
        else:
            names = tables.names(asked.operation, asked.body)
        if names is None:
            names = {*tables.here(asked.space), *tables.elsewhere.get(asked.space, ())}
        return {(asked.space, name) for name in names}

    def _keep_waiting(self, names: set[Name]) -> None:
        self._busy |= names
        for space, name in names:
            self._tables.elsewhere.setdefault(space, set()).add(name)

    def _release(
        self, busy: set[Name], there: set[Name], reason: str, origins: Mapping[Name, Origin]
    ) -> None:
        """Let requests for these tables go on; those that are not `there` are not at DynamoDB Local."""
        tables = self._tables
        with self._free:
            for space, name in busy & there:
                if name in tables.here(space):
                    tables.drop(space, name)
                self._reasons.setdefault((space, name), reason)
            self._origins |= origins
            for space, name in busy - there:
                tables.elsewhere[space].discard(name)
                self._reasons.pop((space, name), None)
                self._origins.pop((space, name), None)
            self._busy -= busy
            self._free.notify_all()

    def _move(self, asked: Asked, copies: list[Copy], reason: str) -> dict[Name, Origin]:
        """Make copies of our tables at DynamoDB Local: all, or none. Raises LocalError."""
        self._local.begin()

        def ask(operation: str, body: Mapping[str, Any]) -> dict[str, Any]:
            return self._done(asked, operation, body)

        made: dict[Name, Origin] = {}
        try:
            for copy in copies:
                LOG.info("The table %s moves to DynamoDB Local: %s", copy.name, reason)
                made[asked.space, copy.name] = copying.make(ask, copy)
        except LocalError:
            for copy in copies[: len(made)]:
                copying.remove(ask, copy)
            raise
        return made

    def _done(self, asked: Asked, operation: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Have DynamoDB Local do what a move takes, in the name of who asks. Raises LocalError."""
        text = json.dumps(body, ensure_ascii=False).encode()
        try:
            said = self._local.ask(operation, text, asked.authorization)
        except OSError as error:
            raise LocalError(f"It did not answer to {operation} ({error}).") from error
        if said.status != HTTPStatus.OK:
            raise LocalError(
                f"It refused {operation} of a table that is kept in memory: {said.body[:300]!r}."
            )
        answer: dict[str, Any] = json.loads(said.body)
        return answer

    def _outside(self, asked: Asked) -> Answer | Said:
        """Have DynamoDB Local answer a request."""
        said = answered(self._local, asked)
        if asked.operation in DESCRIBING and isinstance(said, Said) and said.status == HTTPStatus.OK:
            with self._free:
                origin = self._origins.get((asked.space, json.loads(asked.body)["TableName"]))
            if origin:
                return said._replace(body=origin.restored(said.body))
        return said


def _copied(name: Name, tables: MemoryTables, now: float) -> Copy:
    """Return a table as it is here."""
    space, table = name
    described = tables.answer(space, DESCRIBE, json.dumps({"TableName": table}).encode(), now)
    return Copy(*tables.contents(space, table), json.loads(described.body)["Table"])


def _remaining(operation: str, answer: Answer | Said, busy: set[Name], there: set[Name]) -> set[Name]:
    """Return which names are at DynamoDB Local when a table was to be made or deleted there.

    An answer that does not tell leaves the name there, where whatever is to be known is known.
    """
    if operation == CREATE:
        return there if answer.status == HTTPStatus.BAD_REQUEST else busy
    gone = answer.status == HTTPStatus.OK or rules.code(answer.body) == GONE
    return set() if gone else there
