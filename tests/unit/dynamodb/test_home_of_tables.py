"""The home with the tables themselves: what is written while a table moves is written once."""

import json
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tailrace.dynamodb.connection import Said
from tailrace.dynamodb.home import Home
from tailrace.dynamodb.outside import Asked
from tailrace.dynamodb.tables.tables import Tables
from tests.unit.dynamodb.home_rig import SIGNED, SPACE

pytestmark = pytest.mark.unit
PATIENCE = 20
TABLE = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
ONE = {":one": {"N": "1"}}


class OtherTables:
    """Tables that stand for DynamoDB Local, which knows what the others do not: the member Odd."""

    def __init__(self) -> None:
        self._tables, self._lock = Tables(), threading.Lock()

    def begin(self) -> None:
        """Start nothing."""

    def end(self) -> None:
        """Stop nothing."""

    def ask(self, operation: str, body: bytes, authorization: str) -> Said:
        """Answer a request."""
        del authorization
        request = json.loads(body)
        request.pop("Odd", None)
        with self._lock:
            answer = self._tables.answer(SPACE, operation, json.dumps(request).encode(), 0.0)
        return Said(answer.status, [], answer.body)


def ask(home: Home, operation: str, **request: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    """Ask; return what was said."""
    answer = home.ask(Asked(SPACE, operation, json.dumps(request).encode(), SIGNED))
    assert answer.status == 200, answer
    said: dict[str, Any] = json.loads(answer.body)
    return said


def write(home: Home, seed: int) -> Counter[tuple[str, str]]:
    """Count items of tables up, by every kind of write; return how often each was."""
    mine, counted = random.Random(seed), Counter[tuple[str, str]]()  # noqa: S311  a history, no secret
    for n in range(40):
        table, name = mine.choice(("one", "two")), mine.choice(("a", "b", f"{seed}-{n}"))
        key = {"TableName": table, "Key": {"id": {"S": name}}}
        add = {**key, "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": ONE}
        odd = {"Odd": True} if mine.random() < 0.04 else {}
        if mine.random() < 0.5:
            ask(home, "UpdateItem", **add, **odd)
        else:
            ask(home, "TransactWriteItems", TransactItems=[{"Update": add}], **odd)
        counted[table, name] += 1
    return counted


@pytest.mark.parametrize("seed", range(30))
def test_nothing_is_lost(seed: int) -> None:
    """Whatever four clients write while tables move is there, once, in the end."""
    home = Home(Tables(), OtherTables(), lambda: 0.0)
    for table in ("one", "two"):
        ask(home, "CreateTable", TableName=table, **TABLE)
    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, home, 10 * seed + n) for n in range(4)]
        counted = sum((each.result(PATIENCE) for each in writing), Counter())
    there = {
        (table, item["id"]["S"]): int(item["n"]["N"])
        for table in ("one", "two")
        for item in ask(home, "Scan", TableName=table)["Items"]
    }
    assert there == counted
