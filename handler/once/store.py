"""DynamoDB: what is written together, and what its answers mean.

Two tables. The results hold the items. The ledger (hash `pk`, range `sk`) is the layer's own table:

    receipt#ID      receipt    metrics of one transaction that are not published yet; deleted once they are
    record#NUMBER   SHARD-ID   a record that was settled without an item: duplicate, or quarantined
    totals#…                   the totals of a minute: see totals.py

Requests are written as text, and only answers that carry something are read.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, NamedTuple, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from handler.once.batches import Becomes, Findings, Marker, Rejected, Step, Storable, StoredItem
from handler.once.items import plain
from handler.once.metrics import MetricSums
from handler.once.records import Reason
from handler.once.sums import Sums, TotalsWriter

KEPT_DAYS = 400
"""Receipts and markers outlive the longest retention of a stream, 365 days."""
MOST_READS = 100
"""Keys in one BatchGetItem call."""
MOST_WRITES = 25
"""Writes in one BatchWriteItem call."""
TRIES = 5
"""Calls made for what BatchWriteItem and BatchGetItem leave unprocessed."""
FIRST_PAUSE = 50_000_000
"""Nanoseconds before the second of them; each pause after it is twice as long."""
type Wait = Callable[[int], None]
"""Lets so many nanoseconds pass."""
INVALID = {"ValidationException", "SerializationException", "RequestEntityTooLarge", "413"}
REFUSALS = {"ValidationError", "ItemCollectionSizeLimitExceeded"}
DAY = 86400


class TransientError(Exception):
    """A call failed for a transient reason: throttling, a conflict, a timeout, a fault of the service."""


class InvalidError(Exception):
    """DynamoDB calls the request itself wrong; sent again it would be wrong again."""


class ConditionError(Exception):
    """What a write depends on does not hold."""


class CancelledError(Exception):
    """A transaction was cancelled: nothing of it is written. `reasons` stand in the order of its actions."""

    def __init__(self, reasons: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(", ".join(sorted({reason.get("Code", "None") for reason in reasons})))
        self.reasons = reasons
        self.closed = False
        """Whether it taught that a list of the totals is closed."""


class DynamoDB(Protocol):
    """DynamoDB, with errors as botocore raises them."""

    def transact(self, request: bytes) -> object:
        """Call TransactWriteItems, whose request is JSON text."""
        ...

    def ask(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Call an operation; return the answer."""
        ...


class Moment(NamedTuple):
    """When something is written."""

    nanoseconds: int
    """Since the epoch. Each item takes this plus its index: the order in which events were applied."""

    @property
    def milliseconds(self) -> int:
        """The same, in whole milliseconds."""
        return self.nanoseconds // 10**6

    @property
    def seconds(self) -> int:
        """The same, in whole seconds."""
        return self.nanoseconds // 10**9


class Receipt(NamedTuple):
    """The metrics of one transaction, as the ledger holds them until they are published."""

    id: str
    holder: str
    """The invocation that is to publish it."""
    tally: MetricSums
    written: Moment


class Store:
    """The two tables."""

    def __init__(self, dynamodb: DynamoDB, results: str, ledger: str, retention_days: int) -> None:
        self._dynamodb = dynamodb
        self._ledger = ledger
        self._retention = retention_days * DAY
        self._totals = TotalsWriter(ledger, retention_days)
        on_failure = '"ReturnValuesOnConditionCheckFailure":"ALL_OLD","Item":{'
        self._put = (
            f'{{"Put":{{"TableName":{json.dumps(results)},'
            f'"ConditionExpression":"attribute_not_exists(eventId)",{on_failure}'
        ).encode()
        self._note = (
            f'{{"Put":{{"TableName":{json.dumps(ledger)},'
            f'"ConditionExpression":"attribute_not_exists(pk)",{on_failure}'
        ).encode()

    def write(self, steps: Sequence[Step], sums: Sequence[Sums], receipt: Receipt) -> None:
        """Write steps, totals and receipt, all or none; CancelledError, InvalidError, TransientError if none.

        The receipt's id is also the request's token: where botocore repeats a call whose answer was lost, the
        repetition is answered as a success, and not as a duplicate of itself.
        """
        at = receipt.written
        stamps = self._stamps(receipt)
        actions = [self._action(step, at, index, stamps) for index, step in enumerate(steps)]
        actions += [self._totals.update(each) for each in sums]
        actions.append(self._note + _receipt(receipt) + b"}}}")
        body = b'{"ClientRequestToken":"%b","TransactItems":[%b]}' % (receipt.id.encode(), b",".join(actions))
        try:
            self._dynamodb.transact(body)
        except (BotoCoreError, ClientError) as error:
            meaning = _meaning(error)
            if isinstance(meaning, CancelledError):
                meaning.closed = self._totals.learn(sums, meaning.reasons[len(steps) :])
            raise meaning from error

    def _stamps(self, receipt: Receipt) -> bytes:
        """Return what all items of a transaction are given, and the beginning of what is each one's own."""
        seconds = receipt.written.seconds
        return (
            f',"processedAt":{{"N":"{seconds}"}},"expiresAt":{{"N":"{seconds + self._retention}"}},'
            f'"receipt":{{"S":"{receipt.id}"}},"appliedAt":{{"N":"'
        ).encode()

    def _action(self, step: Step, at: Moment, index: int, stamps: bytes) -> bytes:
        if step.becomes is Becomes.STORE and isinstance(step.entry, Storable):
            return b'%b%b%b%d"}}}}' % (self._put, step.entry.item, stamps, at.nanoseconds + index)
        return self._note + _members(_marker(step, at, sent=False)) + b"}}}"

    def receipts(self, ids: Iterable[str], wait: Wait) -> list[Receipt]:
        """Return those of these receipts that still exist: their metrics were not published."""
        return [_receipt_of(item) for item in self._read([_receipt_key(each) for each in ids], wait)]

    def _read(self, keys: Sequence[dict[str, Any]], wait: Wait) -> Iterator[dict[str, Any]]:
        for start in range(0, len(keys), MOST_READS):
            wanted = {self._ledger: {"Keys": keys[start : start + MOST_READS], "ConsistentRead": True}}
            for _ in _tries(wait):
                answer = self._ask("BatchGetItem", {"RequestItems": wanted})
                yield from answer.get("Responses", {}).get(self._ledger, [])
                wanted = answer.get("UnprocessedKeys") or {}
                if not wanted:
                    break
            else:
                raise TransientError("BatchGetItem leaves keys unprocessed")

    def claim(self, receipt: Receipt, holder: str) -> bool:
        """Make `holder` the one who publishes a receipt; False if somebody else was faster."""
        request = {
            "TableName": self._ledger,
            "Key": _receipt_key(receipt.id),
            "UpdateExpression": "SET holder = :new",
            "ConditionExpression": "holder = :old",
            "ExpressionAttributeValues": {":new": {"S": holder}, ":old": {"S": receipt.holder}},
        }
        try:
            self._ask("UpdateItem", request)
        except ConditionError:
            return False
        return True

    def close(self, published: Sequence[str], sent: Sequence[Step], at: Moment, wait: Wait) -> None:
        """Delete published receipts, and note which quarantined records' messages were sent."""
        writes: list[dict[str, Any]] = [{"DeleteRequest": {"Key": _receipt_key(each)}} for each in published]
        writes += [{"PutRequest": {"Item": _marker(step, at, sent=True)}} for step in sent]
        for start in range(0, len(writes), MOST_WRITES):
            left = {self._ledger: writes[start : start + MOST_WRITES]}
            for _ in _tries(wait):
                left = self._ask("BatchWriteItem", {"RequestItems": left}).get("UnprocessedItems") or {}
                if not left:
                    break
            else:
                raise TransientError("BatchWriteItem leaves writes unprocessed")

    def _ask(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._dynamodb.ask(operation, request)
        except (BotoCoreError, ClientError) as error:
            raise _meaning(error) from error


def _tries(wait: Wait) -> Iterator[None]:
    """Give each try its turn; what throttled one would throttle the next if it came at once."""
    yield
    for past in range(TRIES - 1):
        wait(FIRST_PAUSE << past)
        yield


def _meaning(error: BotoCoreError | ClientError) -> Exception:
    """Return what an error of botocore's means here."""
    if isinstance(error, BotoCoreError):  # no answer: a timeout, a broken connection
        return TransientError(type(error).__name__)
    code = error.response["Error"]["Code"]
    if code == "TransactionCanceledException":
        return CancelledError(error.response.get("CancellationReasons", []))
    if code == "ConditionalCheckFailedException":
        return ConditionError()
    if code in INVALID:
        return InvalidError(error.response["Error"].get("Message", code))
    return TransientError(f"{error.operation_name}: {code}")


def learn(findings: Findings, steps: Sequence[Step], cancelled: CancelledError) -> bool:
    """Add what a cancelled transaction says about its records; False if it says nothing new."""
    learned = False
    for step, reason in zip(steps, cancelled.reasons, strict=False):
        code = reason.get("Code")
        if code == "ConditionalCheckFailed" and reason.get("Item"):
            _found(findings, step, reason["Item"])
            learned = True
        elif code in REFUSALS and step.becomes is Becomes.STORE:
            findings.refusals[step.entry.record.sequence_number] = reason.get("Message", code)
            learned = True
    return learned


def _found(findings: Findings, step: Step, item: dict[str, Any]) -> None:
    if step.becomes is Becomes.STORE and isinstance(step.entry, Storable):
        stored = StoredItem(
            item.get("sequenceNumber", {}).get("S", ""),
            item.get("receipt", {}).get("S", ""),
            plain(item.get("rawData", {"NULL": True})),
        )
        findings.stored[step.entry.key] = stored
        return
    unsent = None
    if item["state"]["S"] == "unsent":
        unsent = (Reason(item["reason"]["S"]), item["detail"]["S"])
    findings.markers[step.entry.record.sequence_number] = Marker(item["receipt"]["S"], unsent)


def _marker(step: Step, at: Moment, *, sent: bool) -> dict[str, Any]:
    """Return the marker of a record that is settled without an item."""
    record = step.entry.record
    marker = {
        "pk": {"S": f"record#{record.sequence_number}"},
        "sk": {"S": record.shard_id},
        "state": {"S": "duplicate"},
        "receipt": {"S": step.receipt},
        "writtenAt": {"N": str(at.milliseconds)},
        "expiresAt": {"N": str(at.seconds + KEPT_DAYS * DAY)},
    }
    if isinstance(step.entry, Rejected):
        marker["state"] = {"S": "sent" if sent else "unsent"}
        marker["reason"] = {"S": step.entry.reason}
        marker["detail"] = {"S": step.entry.detail}
    return marker


def _members(item: dict[str, Any]) -> bytes:
    return json.dumps(item, separators=(",", ":"))[1:-1].encode()


def _receipt_key(receipt_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"receipt#{receipt_id}"}, "sk": {"S": "receipt"}}


def _receipt(receipt: Receipt) -> bytes:
    """Return the members of a receipt's item, as JSON text."""
    tally = quoted(receipt.tally.to_text())
    return (
        f'"pk":{{"S":"receipt#{receipt.id}"}},"sk":{{"S":"receipt"}},"holder":{{"S":"{receipt.holder}"}},'
        f'"tally":{{"S":{tally}}},"writtenAt":{{"N":"{receipt.written.milliseconds}"}},'
        f'"expiresAt":{{"N":"{receipt.written.seconds + KEPT_DAYS * DAY}"}}'
    ).encode()


def _receipt_of(item: dict[str, Any]) -> Receipt:
    return Receipt(
        item["pk"]["S"].partition("#")[2],
        item["holder"]["S"],
        MetricSums.from_text(item["tally"]["S"]),
        Moment(int(item["writtenAt"]["N"]) * 10**6),
    )
