"""Two places for tables, of which each knows a few operations, and a home that has both."""

import json
import threading
from collections.abc import Callable, Collection
from typing import Any

from tailrace.dynamodb.connection import Said
from tailrace.dynamodb.copying import LocalError
from tailrace.dynamodb.home import Home
from tailrace.dynamodb.outside import Asked
from tailrace.dynamodb.tables.answer import Answer, NotHereError
from tailrace.dynamodb.tables.unsure import UnsureError

SPACE = "000000000000useast1"
SIGNED = f"AWS4-HMAC-SHA256 Credential={SPACE}/20260102/us-east-1/dynamodb/aws4_request, Signature=0"
ODD: Any = {"Odd": True}
"""What makes a request one of which the tables in memory are not sure."""


def error(code: str) -> tuple[int, dict[str, Any]]:
    """Return an error's status and body."""
    return 400, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}"}


class Place:
    """Tables as DynamoDB has them, of one space: counters by name, and nothing but what is tried here."""

    def __init__(self, start: float) -> None:
        self.tables: dict[str, dict[str, int]] = {}
        self._start = start

    def do(self, operation: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer a request."""
        if operation in {"BatchWriteItem", "ListTables"}:
            return 200, self._of_many(operation, request)
        name = request["TableName"]
        if operation == "CreateTable" and name not in self.tables:
            self.tables[name] = {}
            return 200, {"TableDescription": self._described(name)}
        if operation == "CreateTable" or name not in self.tables:
            return error("ResourceInUseException" if name in self.tables else "ResourceNotFoundException")
        if operation == "DeleteTable":
            del self.tables[name]
            return 200, {"TableDescription": {"TableName": name}}
        if operation == "DescribeTable":
            return 200, {"Table": self._described(name)}
        items = self.tables[name]
        if operation == "UpdateItem":
            items[request["id"]] = items.get(request["id"], 0) + 1
        return 200, {"n": items.get(request.get("id", ""), 0)}

    def _of_many(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if operation == "ListTables":
            return {"TableNames": sorted(self.tables)}
        ((name, puts),) = request["RequestItems"].items()
        for put in puts:
            item = put["PutRequest"]["Item"]
            self.tables[name][item["id"]] = item["n"]
        return {"UnprocessedItems": {}}

    def _described(self, name: str) -> dict[str, Any]:
        return {"TableName": name, "CreationDateTime": self._start, "ItemCount": len(self.tables[name])}


class InMemory:
    """The tables of this process; two threads at once are found out."""

    def __init__(self) -> None:
        self.elsewhere: dict[str, set[str]] = {}
        self.place = Place(1.0)
        self._one = threading.Lock()

    def answer(self, space: str, operation: str, body: bytes, now: float) -> Answer:
        """Answer a request that is not odd, of tables that are not elsewhere."""
        del now
        assert self._one.acquire(blocking=False), "two threads at once"
        try:
            try:
                request = json.loads(body)
            except ValueError:
                raise UnsureError("no JSON") from None
            if there := frozenset(self.elsewhere.get(space, ())) & {request.get("TableName")}:
                raise NotHereError(there)
            if "Odd" in request:
                raise UnsureError("odd")
            if "Broken" in request:
                raise KeyError("Broken")
            status, answer = self.place.do(operation, request)
            return Answer(status, json.dumps(answer).encode())
        finally:
            self._one.release()

    def names(self, operation: str, body: bytes) -> Collection[str] | None:
        """Return the table that a request names."""
        del operation
        request = json.loads(body)
        return None if "Any" in request else {request["TableName"]} if "TableName" in request else set()

    def here(self, space: str) -> Collection[str]:
        """Return the names of all tables."""
        assert space == SPACE
        return self.place.tables.keys()

    def contents(self, space: str, name: str) -> tuple[dict[str, Any], list[Any]]:
        """Return what makes a table again."""
        assert space == SPACE
        return {"TableName": name}, [{"id": id_, "n": n} for id_, n in self.place.tables[name].items()]

    def drop(self, space: str, name: str) -> None:
        """Forget a table."""
        assert space == SPACE
        self.place.tables.pop(name, None)

    def forget(self) -> None:
        """Forget all."""
        self.place.tables.clear()


class AtLocal:
    """What stands for DynamoDB Local. `meanwhile` is called before each operation; it may raise."""

    def __init__(self) -> None:
        self.place = Place(2.0)
        self.meanwhile: Callable[[str], None] = lambda _: None
        self.begun = 0
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Start."""
        self.meanwhile("begin")
        self.begun += 1

    def end(self) -> None:
        """Stop, and forget."""
        self.begun = 0
        self.place.tables.clear()

    def ask(self, operation: str, body: bytes, authorization: str) -> Said:
        """Answer a request."""
        assert authorization == SIGNED
        self.meanwhile(operation)
        with self._lock:
            status, answer = self.place.do(operation, json.loads(body))
        return Said(status, [], json.dumps(answer).encode())


class Rig:
    """A home with both places."""

    def __init__(self) -> None:
        self.memory, self.local = InMemory(), AtLocal()
        self.home = Home(self.memory, self.local, lambda: 0.0)

    def ask(self, operation: str, table: str = "t", **more: Any) -> tuple[int, dict[str, Any]]:  # noqa: ANN401  JSON
        """Ask; return status and what was said."""
        body = json.dumps({"TableName": table, **more}).encode()
        answer = self.home.ask(Asked(SPACE, operation, body, SIGNED))
        return answer.status, json.loads(answer.body)

    def add(self, table: str = "t", item: str = "a", **more: Any) -> tuple[int, dict[str, Any]]:  # noqa: ANN401  JSON
        """Count an item up."""
        return self.ask("UpdateItem", table, id=item, **more)

    def places(self, table: str) -> list[str]:
        """Return where a table is."""
        places = {"memory": self.memory.place, "local": self.local.place}
        return [name for name, place in places.items() if table in place.tables]


def refusing(operation: str) -> Callable[[str], None]:
    """Return what lets an operation fail, or the start (`begin`)."""

    def meanwhile(asked: str) -> None:
        if asked == operation == "begin":
            raise LocalError("DynamoDB Local does not start. It ended at once.")
        if asked == operation:
            raise ConnectionError("closed")

    return meanwhile
