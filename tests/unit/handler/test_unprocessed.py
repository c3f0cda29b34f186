"""What BatchWriteItem and BatchGetItem leave is asked for again, after pauses that grow."""

from typing import Any

import pytest

from handler.once.store import Moment, Store, TransientError

pytestmark = pytest.mark.unit

NOW = Moment(0)


class Short:
    """DynamoDB that takes one thing of each request, or none from the start."""

    def __init__(self, takes: int = 1) -> None:
        self.takes = takes
        self.asked: list[int] = []

    def transact(self, request: bytes) -> object:
        """Not asked for here."""
        raise AssertionError(request)

    def ask(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Take some, and leave the rest."""
        ((table, wanted),) = request["RequestItems"].items()
        if operation == "BatchWriteItem":
            self.asked.append(len(wanted))
            left = wanted[self.takes :]
            return {"UnprocessedItems": {table: left} if left else {}}
        self.asked.append(len(wanted["Keys"]))
        left = wanted["Keys"][self.takes :]
        rest = {table: wanted | {"Keys": left}} if left else {}
        return {"Responses": {table: []}, "UnprocessedKeys": rest}


def store(short: Short) -> Store:
    """Return the store on such a DynamoDB."""
    return Store(short, "results", "ledger", retention_days=30)


def test_writes_are_tried_again() -> None:
    """Each try has what the one before it left; the pause before it is twice the last one."""
    short, pauses = Short(), list[int]()
    store(short).close(["a", "b", "c", "d"], [], NOW, pauses.append)
    assert short.asked == [4, 3, 2, 1]
    assert pauses == [50_000_000, 100_000_000, 200_000_000]


def test_reads_are_tried_again() -> None:
    """The same holds for reading receipts."""
    short, pauses = Short(), list[int]()
    assert store(short).receipts(["a", "b"], pauses.append) == []
    assert (short.asked, pauses) == ([2, 1], [50_000_000])


def test_nothing_left_costs_no_pause() -> None:
    """Where all is taken at once, nobody waits."""
    short, pauses = Short(takes=25), list[int]()
    store(short).close(["a"] * 30, [], NOW, pauses.append)
    assert (short.asked, pauses) == ([25, 5], [])


def test_tries_end() -> None:
    """After five tries in less than a second it is a failure that may pass."""
    short, pauses = Short(takes=0), list[int]()
    with pytest.raises(TransientError):
        store(short).close(["a"], [], NOW, pauses.append)
    with pytest.raises(TransientError):
        store(short).receipts(["a"], pauses.append)
    assert len(short.asked) == 10
    assert sum(pauses) == 2 * 750_000_000
