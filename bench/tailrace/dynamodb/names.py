"""Tables named by their ARN: DynamoDB Local knows names alone. Pure.

AWS takes an ARN wherever a request names a table, and answers with what it was given: `ConsumedCapacity` and
the tables of a batch are named by the ARN then.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tailrace.arns import Arn

ARN = re.compile(rb"/(?<=:table/)")
"""What a request holds that may name a table by its ARN. It begins with what is rare: looking for the word
itself takes a transaction's body six times as long."""
ITEMS = {"BatchGetItem": "RequestItems", "BatchWriteItem": "RequestItems"}
TRANSACTIONS = {"TransactGetItems", "TransactWriteItems"}
BY_TABLE = ("Responses", "UnprocessedItems", "UnprocessedKeys", "ItemCollectionMetrics")
NAME = "TableName"


def has_arn(body: bytes) -> bool:
    """Tell whether a request may name a table by its ARN."""
    return ARN.search(body) is not None


class Renamed(NamedTuple):
    """A request with names in place of ARNs, and the ARNs by those names."""

    body: bytes
    arns: dict[str, str]

    def restored(self, answer: bytes) -> bytes:
        """Return the answer with the ARNs that were asked by."""
        try:
            found = json.loads(answer)
        except ValueError:
            return answer
        if not isinstance(found, dict) or "__type" in found:
            return answer
        for name in BY_TABLE:
            if isinstance(found.get(name), dict):
                found[name] = {self.arns.get(table, table): each for table, each in found[name].items()}
        consumed = found.get("ConsumedCapacity") or []
        for each in consumed if isinstance(consumed, list) else [consumed]:
            each[NAME] = self.arns.get(each.get(NAME), each.get(NAME))
        return json.dumps(found).encode()


def renamed(operation: str, body: bytes, region: str) -> Renamed | None:
    """Return a request with names in place of ARNs of this region; None if there is none in it."""
    try:
        request = json.loads(body)
        arns = {}
        for holder in _holders(operation, request):
            arn = Arn.maybe(holder.get(NAME))
            if arn and (arn.service, arn.kind, arn.region) == ("dynamodb", "table", region):
                arns[arn.name] = str(holder[NAME])
                holder[NAME] = arn.name
        if operation in ITEMS:
            items = request[ITEMS[operation]]
            request[ITEMS[operation]] = {_name(table, region, arns): each for table, each in items.items()}
    except (ValueError, TypeError, AttributeError, KeyError):
        return None  # not a request as the API has it: DynamoDB says so
    return Renamed(json.dumps(request).encode(), arns) if arns else None


def _holders(operation: str, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give each part of a request that may have a table's name."""
    yield request
    if operation in TRANSACTIONS:
        for entry in request["TransactItems"]:
            yield from entry.values()


def _name(table: str, region: str, arns: dict[str, str]) -> str:
    arn = Arn.maybe(table)
    if arn is None or (arn.service, arn.kind, arn.region) != ("dynamodb", "table", region):
        return table
    arns[arn.name] = table
    return arn.name
