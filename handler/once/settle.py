"""One invocation: the records of one batch are settled, in order.

    for each chunk   one transaction: items, markers, the totals of their minutes, and the receipt that
                     holds their metrics
    then             messages of refused records are sent
                     one call publishes the metrics of all receipts
                     the receipts are deleted, the messages noted as sent
    in the end       receipts that an earlier delivery left behind are claimed, published and deleted

What is not settled is reported by its lowest sequence number; Lambda delivers it again, and what the earlier
delivery had done is found in the tables. docs/handler.md walks through every place where it can stop.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple, Protocol

from handler.once import log, quarantine
from handler.once.analysis import Analyse
from handler.once.batches import (
    MOST_ACTIONS,
    Becomes,
    Entry,
    Findings,
    Rejected,
    Step,
    chunks,
    plan,
    read,
)
from handler.once.counting import counted
from handler.once.faults import Fault
from handler.once.metrics import MetricSums, total
from handler.once.records import Record
from handler.once.store import CancelledError, InvalidError, Moment, Receipt, Store, TransientError, learn

GRACE = 2 * 10**9
"""Nanoseconds in which an invocation that lives has published what it wrote; a receipt that is older was left
behind. Where the same records are delivered twice at the same time, this keeps one delivery from publishing
what the other is about to."""


class Clock(Protocol):
    """The time, and names that never come twice."""

    def now(self) -> int:
        """Return nanoseconds since the epoch."""
        ...

    def enough(self) -> bool:
        """Tell whether there is time for another transaction, and to end in order after it."""
        ...

    def wait(self, nanoseconds: int) -> None:
        """Let that much time pass."""
        ...

    def name(self) -> str:
        """Return a new name of 32 characters."""
        ...


class Services(NamedTuple):
    """The AWS side of the pipeline."""

    store: Store
    queue: quarantine.QuarantineQueue
    publish: Callable[[MetricSums], None]
    """Publish sums; TransientError if they may not all have arrived."""


class Outcome(NamedTuple):
    """What became of a batch."""

    records: int
    stored: int
    duplicates: int
    rejected: dict[str, int]
    settled_before: int
    retry_from: str | None
    """Lowest sequence number that is to be delivered again, with all after it."""
    failed: int
    """Records refused now, or to be delivered again."""

    @property
    def answer(self) -> dict[str, Any]:
        """The partial batch response."""
        if self.retry_from is None:
            return {"batchItemFailures": []}
        return {"batchItemFailures": [{"itemIdentifier": self.retry_from}]}


def settle(records: Sequence[Record], analyse: Analyse, services: Services, clock: Clock) -> Outcome:
    """Settle a batch, of whose events `analyse` says what is stored and counted."""
    settlement, faults = Settlement(services, clock), Counter[Fault]()
    for chunk in chunks(_entries(records, analyse, faults)):
        try:
            settlement.settle(chunk)
        except TransientError as error:
            log.line("WARN", "The rest of the batch is left for another delivery", error=str(error))
            break
    for fault, count in faults.items():
        log.line("ERROR", f"analyse raised {fault}", records=count, traceback=fault.trace)
    settlement.finish()
    return settlement.outcome(records)


def _entries(records: Sequence[Record], analyse: Analyse, faults: Counter[Fault]) -> Iterator[Entry]:
    """Read one record after the other, when its chunk is due: what is left unsettled need not be read.

    Each exception of `analyse` is counted, to be logged with its traceback, once for a batch.
    """
    for record in records:
        entry = read(record, analyse)
        if isinstance(entry, Rejected) and entry.fault:
            faults[entry.fault] += 1
        yield entry


class Settlement:
    """What has been done for a batch so far."""

    def __init__(self, services: Services, clock: Clock) -> None:
        self._store, self._queue, self._publish = services
        self._clock = clock
        self._holder = clock.name()
        self._last = 0
        self._steps: dict[str, Step] = {}
        """What became of each record that is done, by sequence number."""
        self._receipts: list[Receipt] = []
        """The receipts that this invocation wrote."""

    def settle(self, chunk: Sequence[Entry]) -> None:
        """Settle a chunk in one transaction; TransientError if it failed. Each try knows more."""
        findings = Findings()
        while True:
            name = self._clock.name()
            steps = plan(chunk, findings, name)
            written = [step for step in steps if step.becomes is not Becomes.SETTLED]
            if not written:
                self._done(steps)
                return
            try:
                receipt = self._write(written, name)
            except CancelledError as cancelled:
                if not learn(findings, written, cancelled) and not cancelled.closed:
                    raise TransientError(f"TransactWriteItems: {cancelled}") from cancelled
            except InvalidError as error:
                if len(written) > 1:
                    self._halve(chunk)
                    return
                if written[0].becomes is not Becomes.STORE:
                    raise TransientError(f"TransactWriteItems: {error}") from error
                findings.refusals[written[0].entry.record.sequence_number] = str(error)
            else:
                self._receipts.append(receipt)
                self._done(steps)
                return

    def _halve(self, chunk: Sequence[Entry]) -> None:
        """Settle a chunk of which DynamoDB says that something in it is wrong, but not what."""
        middle = len(chunk) // 2
        self.settle(chunk[:middle])
        self.settle(chunk[middle:])

    def _write(self, steps: Sequence[Step], name: str) -> Receipt:
        if not self._clock.enough():
            raise TransientError("out of time")
        self._last = max(self._clock.now(), self._last + MOST_ACTIONS)
        at = Moment(self._last)
        tally, sums = counted(steps, at)
        receipt = Receipt(name, self._holder, tally, at)
        self._store.write(steps, sums, receipt)
        return receipt

    def _done(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self._steps[step.entry.record.sequence_number] = step

    def finish(self) -> None:
        """Publish and send what is outstanding. What fails here is taken back from what is done.

        Its own receipts come first: while they are there, another delivery may wait for them to go.
        """
        self._close(self._receipts, self._send())
        self._close(self._claim(), [])

    def _close(self, receipts: Sequence[Receipt], sent: Sequence[Step]) -> None:
        """Publish the metrics of receipts, delete them, and note which messages are sent."""
        published = self._published(receipts)
        if not published and not sent:
            return
        try:
            self._store.close(published, sent, Moment(self._clock.now()), self._clock.wait)
        except (TransientError, InvalidError) as error:
            log.line("ERROR", "Receipts are published and not deleted", error=str(error), receipts=published)

    def _published(self, receipts: Sequence[Receipt]) -> list[str]:
        """Publish the metrics of receipts in one call; return their ids, none if it failed."""
        ids = [receipt.id for receipt in receipts]
        if ids:
            try:
                self._publish(total(receipt.tally for receipt in receipts))
            except TransientError as error:
                log.line("WARN", "Metrics are left for another delivery", error=str(error))
                self._take_back(set(ids))
                return []
        return ids

    def _claim(self) -> list[Receipt]:
        """Take over receipts that earlier deliveries of these records left unpublished."""
        foreign = {step.receipt for step in self._steps.values() if step.becomes is Becomes.SETTLED}
        foreign -= {receipt.id for receipt in self._receipts} | {""}
        claimed: list[Receipt] = []
        if not foreign:
            return claimed
        try:
            for receipt in self._left_behind(foreign):
                if self._store.claim(receipt, self._holder):
                    claimed.append(receipt)
                    log.line("INFO", "An earlier delivery's metrics are published now", receipt=receipt.id)
        except (TransientError, InvalidError) as error:
            log.line("WARN", "Receipts are left for another delivery", error=str(error))
            self._take_back(foreign - {receipt.id for receipt in claimed})
        return claimed

    def _left_behind(self, ids: set[str]) -> list[Receipt]:
        """Return the receipts that are still there after their own invocation had time to publish them."""
        found = self._store.receipts(ids, self._clock.wait)
        if not found:
            return []
        wait = max(receipt.written.nanoseconds for receipt in found) + GRACE - self._clock.now()
        if wait <= 0:
            return found
        self._clock.wait(min(wait, GRACE))
        return self._store.receipts((receipt.id for receipt in found), self._clock.wait)

    def _send(self) -> list[Step]:
        """Send the messages of refused records; return the steps whose messages are out."""
        refused = {
            number: step
            for number, step in self._steps.items()
            if step.becomes is Becomes.QUARANTINE or step.unsent
        }
        if not refused:
            return []
        entries = [step.entry for step in refused.values()]
        unsent = quarantine.send(self._queue, [entry for entry in entries if isinstance(entry, Rejected)])
        if unsent:
            log.line("WARN", "Quarantine was not reached for some records", records=len(unsent))
        for number in unsent:
            del self._steps[number], refused[number]
        return list(refused.values())

    def _take_back(self, receipts: AbstractSet[str]) -> None:
        """Count the records of these receipts as not done: they are delivered again."""
        self._steps = {number: step for number, step in self._steps.items() if step.receipt not in receipts}

    def outcome(self, records: Sequence[Record]) -> Outcome:
        """Return what became of the batch. All from the lowest failure on failed: it comes again."""
        numbers = [record.sequence_number for record in records]
        end = next((index for index, number in enumerate(numbers) if number not in self._steps), len(numbers))
        steps = [self._steps[number] for number in numbers[:end]]
        became = [step.becomes for step in steps]
        rejected: dict[str, int] = {}
        for step in steps:
            if isinstance(step.entry, Rejected) and step.becomes is Becomes.QUARANTINE:
                rejected[step.entry.reason] = rejected.get(step.entry.reason, 0) + 1
        return Outcome(
            records=len(numbers),
            stored=became.count(Becomes.STORE),
            duplicates=became.count(Becomes.DUPLICATE),
            rejected=rejected,
            settled_before=became.count(Becomes.SETTLED),
            retry_from=numbers[end] if end < len(numbers) else None,
            failed=sum(rejected.values()) + len(numbers) - end,
        )
