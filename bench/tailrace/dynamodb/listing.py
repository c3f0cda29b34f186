"""Where the tables of a running emulator are: `/_tailrace/dynamodb`. Standard library only."""

from collections.abc import Mapping
from typing import Any

from tailrace.control.own_api import ask

PATH = "/_tailrace/dynamodb"


def tables(url: str) -> list[str]:
    """Return a sentence on where tables are, and one for each that moved to DynamoDB Local.

    Raises EmulatorError if nobody answers.
    """
    return sentences(ask(url, PATH))


def sentences(places: Mapping[str, Any]) -> list[str]:
    """Return what to say of the answer at that path.

    >>> sentences({"all_there": "", "moved": [{"table": "orders", "reason": "PartiQL"}]})
    ['tables are in memory', 'the table orders is at DynamoDB Local: PartiQL']
    """
    if places["all_there"]:
        return [f"all tables are at DynamoDB Local: {places['all_there']}"]
    moved = [f"the table {one['table']} is at DynamoDB Local: {one['reason']}" for one in places["moved"]]
    return ["tables are in memory", *moved]
