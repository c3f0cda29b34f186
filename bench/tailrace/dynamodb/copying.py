"""A table made at DynamoDB Local as it is here, with all its items."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any, NamedTuple

MOST = 25
"""Items of one BatchWriteItem."""
SINCE_ITS_START = ("CreationDateTime", "TableId", "LatestStreamLabel", "LatestStreamArn")
"""What a table has from its start, and DynamoDB Local gives it anew."""
DESCRIBED = ("Table", "TableDescription")
PROTECTION = "DeletionProtectionEnabled"

type Ask = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""Has DynamoDB Local do an operation. Raises LocalError if it does not."""


class LocalError(Exception):
    """DynamoDB Local does not do what we need; with a sentence."""


class Copy(NamedTuple):
    """A table as it is here: the request that makes it, its items, and its description."""

    request: Mapping[str, Any]
    items: Sequence[Any]
    description: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.request["TableName"])


class Origin(NamedTuple):
    """What a table's description had here, by what it has at DynamoDB Local."""

    values: Mapping[str, tuple[Any, Any]]

    def restored(self, answer: bytes) -> bytes:
        """Return an answer that describes the table with what it had from its start."""
        found = json.loads(answer)
        for member in DESCRIBED:
            described = found.get(member, {})
            for name, (theirs, ours) in self.values.items():
                if described.get(name) == theirs:
                    described[name] = ours
        return json.dumps(found).encode()


def make(ask: Ask, copy: Copy) -> Origin:
    """Make the table there, and write its items. Raises LocalError; then it is not there.

    What stands in the way has been left there by another try, after which it could not even be removed.
    """
    name = {"TableName": copy.name}
    remove(ask, copy)
    ask("CreateTable", copy.request)
    try:
        for some in batched(copy.items, MOST):
            _write(ask, copy.name, [{"PutRequest": {"Item": item}} for item in some])
        theirs = ask("DescribeTable", name)["Table"]
    except LocalError:
        remove(ask, copy)
        raise
    ours = copy.description
    return Origin(
        {each: (theirs[each], ours[each]) for each in SINCE_ITS_START if each in theirs and each in ours}
    )


def remove(ask: Ask, copy: Copy) -> None:
    """Delete the table there, as well as can be."""
    for request in _removal(copy):
        try:
            ask(*request)
        except LocalError:
            continue


def _removal(copy: Copy) -> Iterator[tuple[str, dict[str, Any]]]:
    if copy.request.get(PROTECTION):
        yield "UpdateTable", {"TableName": copy.name, PROTECTION: False}
    yield "DeleteTable", {"TableName": copy.name}


def _write(ask: Ask, name: str, requests: Sequence[Mapping[str, Any]]) -> None:
    left = ask("BatchWriteItem", {"RequestItems": {name: requests}}).get("UnprocessedItems")
    if left:
        raise LocalError(f"DynamoDB Local did not take all items of the table {name}.")
