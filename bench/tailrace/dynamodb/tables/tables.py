"""All tables in memory, and what each operation answers. Pure: its owner gives the time, and holds a lock.

Nothing is written by a request that raises.
"""

from collections.abc import Callable, Iterator
from typing import Any

from .answer import Answer
from .answers import RefusedRequestError
from .operations import batches, definitions, gets, items, queries, transactions
from .space import Space, TableCall
from .unsure import UnsureError
from .values import Item
from .wire import decoded

OPERATIONS: dict[str, Callable[[TableCall], Answer]] = {
    "BatchGetItem": gets.batch_get_item,
    "BatchWriteItem": batches.batch_write_item,
    "CreateTable": definitions.create_table,
    "DeleteItem": items.delete_item,
    "DeleteTable": definitions.delete_table,
    "DescribeLimits": definitions.describe_limits,
    "DescribeTable": definitions.describe_table,
    "GetItem": gets.get_item,
    "ListTables": definitions.list_tables,
    "PutItem": items.put_item,
    "Query": queries.query,
    "Scan": queries.scan,
    "TransactGetItems": gets.transact_get_items,
    "TransactWriteItems": transactions.transact_write_items,
    "UpdateItem": items.update_item,
    "UpdateTable": definitions.update_table,
}


class Tables:
    """The tables of all spaces: what DynamoDB Local keeps separate by access key and region.

    `elsewhere` has the names of tables that are at DynamoDB Local, by space; its owner keeps it.
    """

    def __init__(self) -> None:
        self.elsewhere: dict[str, set[str]] = {}
        self._spaces: dict[str, Space] = {}

    def answer(self, space: str, operation: str, body: bytes, now: float) -> Answer:
        """Answer a request at a time (seconds since 1970).

        Raises UnsureError for whatever is not plainly right, and NotHereError if it names a table that is at
        DynamoDB Local.
        """
        answer = OPERATIONS.get(operation)
        if answer is None:
            raise UnsureError(f"the operation {operation}")
        try:
            return answer(TableCall(self._space(space), body, now))
        except RefusedRequestError as refused:
            return refused.answer

    def here(self, space: str) -> set[str]:
        """Return the names of the tables that are here."""
        return set(self._space(space).tables)

    def contents(self, space: str, name: str) -> tuple[dict[str, Any], list[Item]]:
        """Return the request that creates a table as it is now, and its items."""
        table = self._space(space).tables[name]
        return table.definition, [stored.item for stored in table.items.values()]

    def drop(self, space: str, name: str) -> None:
        """Forget a table, which is at DynamoDB Local from now on."""
        del self._space(space).tables[name]

    def forget(self, space: str | None = None) -> None:
        """Forget all tables and transactions, of one space or of all."""
        if space is None:
            self._spaces.clear()
        else:
            self._spaces.pop(space, None)

    def _space(self, name: str) -> Space:
        space = self._spaces.get(name)
        if space is None:
            space = self._spaces[name] = Space(set())
        space.elsewhere = self.elsewhere.get(name, set())
        return space

    @staticmethod
    def names(operation: str, body: bytes) -> frozenset[str] | None:
        """Return all tables that a request names, none for one of no table; None if unknown."""
        del operation
        try:
            found = list(_named(decoded(body)))
        except (UnsureError, AttributeError, TypeError):
            return None
        return frozenset(found) if all(type(name) is str for name in found) else None


def _named(request: dict[str, Any]) -> Iterator[Any]:
    if "TableName" in request:
        yield request["TableName"]
    yield from request.get("RequestItems", ())
    for entry in request.get("TransactItems", ()):
        for part in entry.values():
            yield part["TableName"]
