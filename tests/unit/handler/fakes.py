"""AWS as the handler sees it, in memory: two tables with conditions and transactions, a queue, metrics.

Every call asks `faults` what befalls it. Requests are read as DynamoDB would read them: from their text.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import Enum, auto
from itertools import count
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from handler.once.metrics import MetricSums
from handler.once.records import Record
from handler.once.settle import Outcome, Services, settle
from handler.once.store import Store, TransientError
from handler.once.totals import PREFIX, Minute, series
from tests.unit.handler import updates
from tests.unit.handler.given import analyse

type Item = dict[str, Any]
type Key = tuple[str, str]


class Fault(Enum):
    """What befalls a call."""

    NONE = auto()
    REFUSED = auto()
    """Throttled: nothing happens."""
    LOST = auto()
    """It happens, but the answer never comes."""
    KILLED_BEFORE = auto()
    KILLED_AFTER = auto()


class Killed(BaseException):
    """The Lambda environment is gone."""


class FakeAws:
    """The account. `calls` names each call made, with its fault."""

    def __init__(self, faults: Iterator[Fault] | None = None) -> None:
        self.results: dict[Key, Item] = {}
        self.ledger: dict[Key, Item] = {}
        self.messages: list[dict[str, Any]] = []
        self.published: list[MetricSums] = []
        self.calls: list[tuple[str, Fault]] = []
        self.invalid: Callable[[Item], bool] = lambda _: False
        self.before: Callable[[str], None] = lambda _: None
        self._faults = faults or iter(())
        self._tokens: dict[str, bytes] = {}

    def _call[T](self, name: str, act: Callable[[], T]) -> T:
        self.before(name)
        fault = next(self._faults, Fault.NONE)
        self.calls.append((name, fault))
        assert len(self.calls) < 5000, "the handler calls for ever"
        if fault is Fault.KILLED_BEFORE:
            raise Killed
        if fault is Fault.REFUSED:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, name)
        answer = act()
        if fault is Fault.KILLED_AFTER:
            raise Killed
        if fault is Fault.LOST:
            raise ReadTimeoutError(endpoint_url="https://fake")
        return answer

    def heal(self) -> None:
        """Let nothing befall any call from now on."""
        self._faults = iter(())

    def services(self) -> Services:
        """Return the handler's view of this account."""
        return Services(Store(self, "results", "ledger", retention_days=30), self.queue, self.publish)

    def queue(self, messages: Sequence[tuple[str, str]]) -> set[str]:
        """Take messages, as SendMessageBatch does."""
        self._call("SendMessageBatch", lambda: self.messages.extend(json.loads(body) for _, body in messages))
        return set()

    def publish(self, tally: MetricSums) -> None:
        """Take sums, as PutMetricData does."""
        try:
            self._call("PutMetricData", lambda: self.published.append(tally))
        except (ClientError, ReadTimeoutError) as error:
            raise TransientError(str(error)) from error

    def transact(self, request: bytes) -> object:
        """TransactWriteItems, of Puts and Updates: all or none."""
        return self._call("TransactWriteItems", lambda: self._transact(request))

    def _transact(self, request: bytes) -> None:
        body = json.loads(request)
        token = body["ClientRequestToken"]
        if token in self._tokens:
            assert self._tokens[token] == request, "IdempotentParameterMismatchException"
            return
        actions = [next(iter(action.items())) for action in body["TransactItems"]]
        assert 1 <= len(actions) <= 100, "DynamoDB takes 1 to 100 actions"
        keys = [
            (act["TableName"], _key(act["Item"] if kind == "Put" else act["Key"])) for kind, act in actions
        ]
        assert len(set(keys)) == len(keys), (
            "Transaction request cannot include multiple operations on one item"
        )
        if any(kind == "Put" and self.invalid(act["Item"]) for kind, act in actions):
            raise ClientError(
                {"Error": {"Code": "ValidationException", "Message": "wrong"}}, "TransactWriteItems"
            )
        found = [self._table(table).get(key, {}) for table, key in keys]
        holds = [
            not item if kind == "Put" else updates.holds(act, item)
            for (kind, act), item in zip(actions, found, strict=True)
        ]
        if not all(holds):
            reasons = [
                {"Code": "None"} if conditioned else {"Code": "ConditionalCheckFailed", "Item": item}
                for conditioned, item in zip(holds, found, strict=True)
            ]
            error: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise ClientError(error, "TransactWriteItems")
        for (kind, act), (table, key) in zip(actions, keys, strict=True):
            new = act["Item"] if kind == "Put" else updates.updated(act, self._table(table).get(key, {}))
            self._table(table)[key] = new
        self._tokens[token] = request

    @property
    def book(self) -> dict[Key, Item]:
        """The ledger without the totals."""
        return {key: item for key, item in self.ledger.items() if not key[0].startswith(PREFIX)}

    def minutes(self, begin: datetime, end: datetime) -> list[Minute]:
        """Read the totals as a reader would, from all of the ledger."""
        return series([item for key, item in self.ledger.items() if key[0].startswith(PREFIX)], begin, end)

    def ask(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Answer one of the ledger's operations."""
        acts = {"BatchGetItem": self._read, "BatchWriteItem": self._batch_write, "UpdateItem": self._claim}
        return self._call(operation, lambda: acts[operation](request))

    def _read(self, request: dict[str, Any]) -> dict[str, Any]:
        (table,) = request["RequestItems"]
        wanted = request["RequestItems"][table]
        assert wanted["ConsistentRead"]
        found = [self.ledger.get(_key(key)) for key in wanted["Keys"]]
        return {"Responses": {table: [item for item in found if item]}, "UnprocessedKeys": {}}

    def _batch_write(self, request: dict[str, Any]) -> dict[str, Any]:
        ((table, writes),) = request["RequestItems"].items()
        assert 1 <= len(writes) <= 25, "DynamoDB takes 1 to 25 writes"
        for write in writes:
            if "DeleteRequest" in write:
                self._table(table).pop(_key(write["DeleteRequest"]["Key"]), None)
            else:
                item = write["PutRequest"]["Item"]
                self._table(table)[_key(item)] = item
        return {}

    def _claim(self, request: dict[str, Any]) -> dict[str, Any]:
        item = self.ledger.get(_key(request["Key"]))
        values = request["ExpressionAttributeValues"]
        if item is None or item["holder"] != values[":old"]:
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "UpdateItem")
        item["holder"] = values[":new"]
        return {}

    def _table(self, name: str) -> dict[Key, Item]:
        return {"results": self.results, "ledger": self.ledger}[name]


def _key(item: Item) -> Key:
    if "pk" in item:
        return (item["pk"]["S"], item["sk"]["S"])
    return (item["eventId"]["S"], item["timestamp"]["N"])


class FakeClock:
    """A time that passes by one microsecond a look, names in a row, and enough of all that is asked for."""

    numbers = count()

    def __init__(self, now: int = 1_700_000_000 * 10**9, transactions: int | None = None) -> None:
        self._now = now
        self._transactions = transactions

    def now(self) -> int:
        """Return nanoseconds since the epoch."""
        self._now += 1000
        return self._now

    def enough(self) -> bool:
        """Tell whether there is time for another transaction."""
        if self._transactions is None:
            return True
        self._transactions -= 1
        return self._transactions >= 0

    def wait(self, nanoseconds: int) -> None:
        """Let that much time pass."""
        self._now += nanoseconds

    def name(self) -> str:
        """Return a new name of 32 characters."""
        return f"{next(self.numbers):032}"


def deliver(records: Sequence[Record], aws: FakeAws, clock: FakeClock | None = None) -> list[Outcome]:
    """Deliver records as Lambda does: from the lowest failure on, all after a kill, until done."""
    clock = clock or FakeClock()
    outcomes = []
    rest = list(records)
    while rest:
        try:
            outcome = settle(rest, analyse, aws.services(), clock)
        except Killed:
            continue
        outcomes.append(outcome)
        numbers = [record.sequence_number for record in rest]
        rest = rest[numbers.index(outcome.retry_from) :] if outcome.retry_from else []
    return outcomes
