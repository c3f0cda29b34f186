"""Invented requests for tables: seeded, about few keys, so that they meet."""

import base64
from random import Random
from typing import Any

type Request = tuple[str, dict[str, Any]]
type Item = dict[str, Any]
INDEXED, PLAIN = "indexed", "plain.one"
WORDS = ("", "a", "b", "ab", "b c", "ü", "z" * 40, "w" * 900, "v" * 1200, "u" * 5000)
NUMBERS = ("0", "1", "-1", "2.5", "10", "-0.001", "123456789012345678901234567890", "99")
CAPACITY = ("NONE", "TOTAL", "INDEXES")


def attribute(name: str, kind: str) -> dict[str, str]:
    """Define a key attribute."""
    return {"AttributeName": name, "AttributeType": kind}


def keys(hash_name: str, range_name: str = "") -> list[dict[str, str]]:
    """Return a key schema."""
    parts = [{"AttributeName": hash_name, "KeyType": "HASH"}]
    return parts + ([{"AttributeName": range_name, "KeyType": "RANGE"}] if range_name else [])


def index(name: str, key: list[dict[str, str]], projection: str, *more: str) -> dict[str, Any]:
    """Define an index."""
    also = {"NonKeyAttributes": list(more)} if more else {}
    return {"IndexName": name, "KeySchema": key, "Projection": {"ProjectionType": projection, **also}}


TABLES: list[dict[str, Any]] = [
    {
        "TableName": PLAIN,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [attribute("pk", "S")],
        "KeySchema": keys("pk"),
    },
    {
        "TableName": INDEXED,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            attribute("pk", "S"),
            attribute("sk", "N"),
            attribute("g", "S"),
            attribute("r", "B"),
        ],
        "KeySchema": keys("pk", "sk"),
        "GlobalSecondaryIndexes": [
            index("by-g", keys("g"), "ALL"),
            index("by-g-r", keys("g", "r"), "INCLUDE", "n", "t"),
            index("by-r", keys("r", "g"), "KEYS_ONLY"),
        ],
        "LocalSecondaryIndexes": [index("by-pk-g", keys("pk", "g"), "KEYS_ONLY")],
    },
]

SORTED_BY = {"by-g-r": "r", "by-r": "g", "by-pk-g": "g"}
"""What a Query of an index gives its items in the order of."""


class History:
    """Invents requests, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311  invented requests are no secret
        self._some = self._random.choice
        writes = self._put, self._put, self._update, self._update, self._delete
        together = self._batch_write, self._batch_get, self._write_together, self._get_together
        self._inventions = *writes, *together, self._get, self._query

    def request(self) -> Request:
        """Invent a write or a read whose answer is the same wherever items are kept."""
        return self._some(self._inventions)()

    def paged(self) -> Request:
        """Invent a Scan, or a Query of an index, for all pages."""
        request: dict[str, Any] = {"TableName": INDEXED, "Limit": self._random.randint(1, 40)}
        if self._random.random() < 0.5:
            return "Scan", request | self._some(
                (
                    {},
                    {"IndexName": "by-g-r"},
                    {"IndexName": "by-pk-g"},
                    {"TableName": PLAIN},
                    {"FilterExpression": "attribute_exists(n)"},
                )
            )
        return "Query", request | self._of_index()

    def _of_index(self) -> dict[str, Any]:
        name, text, values = self._some(
            (
                ("by-g", "g = :g", {":g": {"S": self._some("abc")}}),
                ("by-g-r", "g = :g", {":g": {"S": self._some("abc")}}),
                ("by-g-r", "g = :g AND r >= :r", {":g": {"S": "a"}, ":r": {"B": "AAE="}}),
                ("by-g-r", "g = :g AND begins_with(r, :r)", {":g": {"S": "b"}, ":r": {"B": "AA=="}}),
                ("by-r", "r = :r AND g < :g", {":r": {"B": "AA=="}, ":g": {"S": "c"}}),
                (
                    "by-pk-g",
                    "pk = :p AND g BETWEEN :a AND :b",
                    {":p": {"S": "a"}, ":a": {"S": "a"}, ":b": {"S": "b"}},
                ),
            )
        )
        return {
            "IndexName": name,
            "KeyConditionExpression": text,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": self._some((True, False)),
            **self._some(
                ({}, {"ProjectionExpression": "pk, sk"}, {"FilterExpression": "attribute_exists(n)"})
            ),
        }

    def counted(self) -> Request:
        """Invent a Query of an index, or a Scan, whose answer has no items: what it takes, and how many."""
        asked: dict[str, Any] = {"TableName": INDEXED, "Select": "COUNT", **self._asking()}
        if self._random.random() < 0.3:
            return "Scan", asked | self._some(({}, {"IndexName": "by-r"}, {"TableName": PLAIN}))
        of_index = self._of_index()
        of_index.pop("ProjectionExpression", None)
        return "Query", asked | of_index

    def _table(self) -> str:
        return self._some((PLAIN, INDEXED))

    def _key(self, table: str) -> Item:
        pk = {"pk": {"S": self._some(("a", "b", "ü", "long" * 9))}}
        return pk if table == PLAIN else pk | {"sk": {"N": self._some(NUMBERS)}}

    def _value(self) -> dict[str, Any]:
        return self._some(
            (
                {"S": self._some(WORDS)},
                {"N": self._some(NUMBERS)},
                {"BOOL": self._some((True, False))},
                {"NULL": True},
                {"B": base64.b64encode(self._random.randbytes(self._random.randint(0, 9))).decode()},
                {"SS": self._random.sample(["x", "y", "zz", "ü"], self._random.randint(1, 4))},
                {"NS": self._random.sample(NUMBERS, self._random.randint(1, 5))},
                {"L": [{"S": "x"}, {"M": {"deep": {"N": "7"}}}][: self._random.randint(0, 2)]},
                {"M": {"a": {"S": self._some(WORDS)}, "b": {"L": []}}},
            )
        )

    def _item(self, table: str) -> Item:
        item = self._key(table)
        for name in self._random.sample(("n", "t", "x", "y"), self._random.randint(0, 4)):
            item[name] = {"N": self._some(NUMBERS)} if name == "n" else self._value()
        if self._random.random() < 0.7:
            item["g"] = {"S": self._some("abc")}
        if self._random.random() < 0.7:
            item["r"] = {"B": self._some(("AA==", "AAE=", "/w=="))}
        return item

    def _asking(self, *returned: str) -> dict[str, Any]:
        asked: dict[str, Any] = {"ReturnConsumedCapacity": self._some(CAPACITY)}
        if returned:
            asked["ReturnValues"] = self._some(returned)
        return asked

    def _condition(self) -> dict[str, Any]:
        values = {":n": {"N": self._some(NUMBERS)}}
        condition = self._some(
            (
                {},
                {"ConditionExpression": "attribute_not_exists(pk)"},
                {"ConditionExpression": "attribute_exists(pk)"},
                {"ConditionExpression": "n < :n", "ExpressionAttributeValues": values},
                {
                    "ConditionExpression": "#n = :n",
                    "ExpressionAttributeValues": values,
                    "ExpressionAttributeNames": {"#n": "n"},
                },
            )
        )
        if condition and self._random.random() < 0.5:
            condition["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return condition

    def _update_parts(self) -> dict[str, Any]:
        text, values = self._some(
            (
                ("SET x = :v", {":v": self._value()}),
                ("SET g = :g, t = :v", {":g": {"S": self._some("abc")}, ":v": self._value()}),
                ("ADD n :one SET y = :v", {":one": {"N": self._some(("1", "-2.5"))}, ":v": self._value()}),
                ("REMOVE g SET x = :v", {":v": self._value()}),
                ("REMOVE r, t SET y = :v", {":v": self._value()}),
            )
        )
        parts: dict[str, Any] = {"UpdateExpression": text, "ExpressionAttributeValues": values}
        condition = self._condition()
        values = {**values, **condition.pop("ExpressionAttributeValues", {})}
        return {**parts, **condition, "ExpressionAttributeValues": values}

    def _put(self) -> Request:
        table = self._table()
        asked = {"TableName": table, "Item": self._item(table), **self._condition()}
        return "PutItem", asked | self._asking("NONE", "ALL_OLD")

    def _delete(self) -> Request:
        table = self._table()
        asked = {"TableName": table, "Key": self._key(table), **self._condition()}
        return "DeleteItem", asked | self._asking("NONE", "ALL_OLD")

    def _update(self) -> Request:
        table = self._table()
        asked = {"TableName": table, "Key": self._key(table), **self._update_parts()}
        return "UpdateItem", asked | self._asking("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW")

    def _get(self) -> Request:
        table = self._table()
        asked = {"TableName": table, "Key": self._key(table), "ConsistentRead": self._some((True, False))}
        return "GetItem", asked | self._asking() | self._projection()

    def _projection(self) -> dict[str, Any]:
        return self._some(({}, {}, {"ProjectionExpression": "x, n"}, {"ProjectionExpression": "pk,g"}))

    def _batch_write(self) -> Request:
        asked: dict[str, list[Any]] = {}
        for _ in range(self._random.randint(1, 6)):
            table = self._table()
            one = self._some(
                ({"PutRequest": {"Item": self._item(table)}}, {"DeleteRequest": {"Key": self._key(table)}})
            )
            asked.setdefault(table, []).append(one)
        return "BatchWriteItem", {"RequestItems": asked, **self._asking()}

    def _batch_get(self) -> Request:
        asked: dict[str, Any] = {}
        for _ in range(self._random.randint(1, 4)):
            table = self._table()
            asked.setdefault(table, {"Keys": [], **self._projection()})["Keys"].append(self._key(table))
        return "BatchGetItem", {"RequestItems": asked, **self._asking()}

    def _write_together(self) -> Request:
        actions = []
        for _ in range(self._random.randint(1, 4)):
            table = self._table()
            of_key = {"TableName": table, "Key": self._key(table)}
            check = {"ConditionExpression": "attribute_exists(pk)"}
            actions.append(
                self._some(
                    (
                        {"Put": {"TableName": table, "Item": self._item(table), **self._condition()}},
                        {"Delete": {**of_key, **self._condition()}},
                        {"Update": {**of_key, **self._update_parts()}},
                        {"ConditionCheck": {**of_key, **(self._condition() or check)}},
                    )
                )
            )
        return "TransactWriteItems", {"TransactItems": actions, **self._asking()}

    def _get_together(self) -> Request:
        reads = []
        for _ in range(self._random.randint(1, 4)):
            table = self._table()
            reads.append({"Get": {"TableName": table, "Key": self._key(table), **self._projection()}})
        return "TransactGetItems", {"TransactItems": reads, **self._asking()}

    def _query(self) -> Request:
        low, high = sorted(self._random.sample(NUMBERS, 2), key=float)
        text, values = self._some(
            (
                ("pk = :p", {}),
                ("pk = :p AND sk = :low", {":low": {"N": low}}),
                ("pk = :p AND sk > :low", {":low": {"N": low}}),
                ("pk = :p AND sk >= :low", {":low": {"N": low}}),
                ("pk = :p AND sk < :low", {":low": {"N": low}}),
                ("pk = :p AND sk <= :low", {":low": {"N": low}}),
                ("pk = :p AND sk BETWEEN :low AND :high", {":low": {"N": low}, ":high": {"N": high}}),
            )
        )
        asked: dict[str, Any] = {
            "TableName": INDEXED,
            "KeyConditionExpression": text,
            "ExpressionAttributeValues": {":p": {"S": self._some("ab")}, **values},
            "ScanIndexForward": self._some((True, False)),
            "ConsistentRead": self._some((True, False)),
            **self._some(
                ({}, {"Limit": self._random.randint(1, 5)}, {"Select": "COUNT"}, self._projection())
            ),
            **self._asking(),
        }
        if self._random.random() < 0.3:
            asked["FilterExpression"] = "attribute_exists(n)"
        return "Query", asked
