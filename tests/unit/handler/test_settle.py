from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from handler.once.analysis import Analysis, Body
from handler.once.metrics import MetricSeries, total
from handler.once.records import Record
from handler.once.settle import settle
from tests.unit.handler.fakes import FakeAws, FakeClock, Fault, deliver
from tests.unit.handler.given import ARRIVAL, analyse, event, number, record

pytestmark = pytest.mark.unit

PROCESSED = MetricSeries("EventsProcessed")
DUPLICATES = MetricSeries("EventsDuplicate")
REJECTED = MetricSeries("EventsRejected")


def counted(aws: FakeAws, series: MetricSeries) -> int:
    """Return how often a series was counted in all that was published."""
    statistic = total(aws.published).statistics.get(series)
    return statistic.samples if statistic else 0


def names(aws: FakeAws) -> list[str]:
    """Return the calls made."""
    return [name for name, _ in aws.calls]


def events(count: int) -> list[Record]:
    """Return so many good records."""
    return [event(at, f"e-{at}") for at in range(count)]


def test_a_batch_costs_three_calls() -> None:
    """Events, metrics, receipt: one transaction, one PutMetricData, one write that closes the receipt."""
    aws = FakeAws()
    outcome = settle(events(98), analyse, aws.services(), FakeClock())
    assert names(aws) == ["TransactWriteItems", "PutMetricData", "BatchWriteItem"]
    assert (outcome.stored, outcome.failed, outcome.answer) == (98, 0, {"batchItemFailures": []})
    assert aws.book == {}


def test_what_is_added_to_an_item_when_it_is_written() -> None:
    """Times, order, expiry after 30 days and the receipt are added to each item."""
    aws = FakeAws()
    settle(events(2), analyse, aws.services(), FakeClock(now=1_700_000_000_500_000_000))
    first, second = aws.results.values()
    assert first["processedAt"] == {"N": "1700000000"}
    assert first["appliedAt"] == {"N": "1700000000500001000"}
    assert second["appliedAt"] == {"N": "1700000000500001001"}
    assert first["expiresAt"] == {"N": str(1_700_000_000 + 30 * 86400)}
    assert first["receipt"] == second["receipt"]


def test_metrics_of_a_batch() -> None:
    """A batch's metrics are sums: by type and device, in all, amounts exactly, lag in milliseconds."""
    aws = FakeAws()
    batch = [
        event(0, "a", deviceType="mobile"),
        event(1, "b", deviceType="mobile"),
        event(2, "c", eventType="purchase", amount=0.1),
        event(3, "d", eventType="purchase", amount=0.2),
        record(4, b"{"),
        event(5, "a", deviceType="mobile"),
    ]
    settle(batch, analyse, aws.services(), FakeClock(now=1_700_000_000_250_000_000))
    (tally,) = aws.published
    ones = (1, 1)
    assert tally.statistics == {
        MetricSeries("EventsProcessed", "Count", (("EventType", "click"), ("DeviceType", "mobile"))): (
            2,
            2,
            *ones,
        ),
        MetricSeries("EventsProcessed", "Count", (("EventType", "purchase"), ("DeviceType", "unknown"))): (
            2,
            2,
            *ones,
        ),
        PROCESSED: (4, 4, *ones),
        MetricSeries("PurchaseAmount", "None"): (2, Decimal("0.3"), Decimal("0.1"), Decimal("0.2")),
        MetricSeries("Lag", "Milliseconds"): (4, 1000, 250, 250),
        REJECTED: (1, 1, *ones),
        MetricSeries("EventsRejected", "Count", (("Reason", "not-json"),)): (1, 1, *ones),
        DUPLICATES: (1, 1, *ones),
    }


def test_a_bad_record_costs_its_neighbours_nothing() -> None:
    """Bad records between good ones: the good are stored, the bad are in quarantine with their bytes."""
    aws = FakeAws()
    outcome = settle(
        [event(0, "a"), record(1, b"\xff!"), event(2, "b")], analyse, aws.services(), FakeClock()
    )
    assert [key for key, _ in aws.results] == ["a", "b"]
    assert aws.messages == [
        {
            "version": 1,
            "reason": "not-json",
            "detail": "not UTF-8 at byte 0: invalid start byte",
            "shardId": "shardId-000000000006",
            "sequenceNumber": number(1),
            "partitionKey": "user_1",
            "arrival": 1_700_000_000.0,
            "eventId": None,
            "data": "/yE=",
        }
    ]
    assert (outcome.stored, outcome.rejected, outcome.failed) == (2, {"not-json": 1}, 1)
    assert outcome.answer == {"batchItemFailures": []}


def test_full_redelivery_changes_nothing() -> None:
    """A batch that is delivered again, whole, leaves table, ledger, quarantine and metrics as they are."""
    aws = FakeAws()
    batch = [*events(3), event(3, "e-1"), record(4, b"{"), event(5, "e-2", other=1)]
    settle(batch, analyse, aws.services(), FakeClock())
    before = (dict(aws.results), dict(aws.ledger), list(aws.messages), list(aws.published))
    outcome = settle(batch, analyse, aws.services(), FakeClock())
    assert (aws.results, aws.ledger, aws.messages, aws.published) == before
    assert (outcome.settled_before, outcome.failed) == (6, 0)
    assert (counted(aws, PROCESSED), counted(aws, DUPLICATES), counted(aws, REJECTED)) == (3, 1, 2)


def test_newest_events_are_stored_ones() -> None:
    """The totals name what a transaction stored, by the first dimension: no duplicate, nothing rejected."""
    aws = FakeAws()
    batch = [*events(2), event(2, "e-1"), record(3, b"{"), event(4, "bought", eventType="purchase", amount=1)]
    settle(batch, analyse, aws.services(), FakeClock())
    begin = datetime.fromtimestamp(ARRIVAL, UTC)
    (minute,) = aws.minutes(begin, begin + timedelta(minutes=1))
    named = [(stored.event, stored.value) for stored in minute.newest]
    assert named == [("bought", "purchase"), ("e-0", "click"), ("e-1", "click")]


def test_the_last_five_events_are_named() -> None:
    """Of many events the totals name the last five, in order; one with too long an id is only counted."""
    aws = FakeAws()
    settle([*events(7), event(7, "x" * 201)], analyse, aws.services(), FakeClock())
    begin = datetime.fromtimestamp(ARRIVAL, UTC)
    (minute,) = aws.minutes(begin, begin + timedelta(minutes=1))
    assert [stored.event for stored in minute.newest] == ["e-2", "e-3", "e-4", "e-5", "e-6"]
    assert minute.events == 8


def test_an_event_put_twice_is_stored_once() -> None:
    """The same event in another record is counted as a duplicate, once however often it is delivered."""
    aws = FakeAws()
    settle([event(0, "a")], analyse, aws.services(), FakeClock())
    for _ in range(3):
        outcome = settle([event(1, "a")], analyse, aws.services(), FakeClock())
    assert (outcome.stored, outcome.settled_before) == (0, 1)
    assert (counted(aws, PROCESSED), counted(aws, DUPLICATES)) == (1, 1)


def test_the_same_key_with_another_content_is_not_lost() -> None:
    """An event that says something else under a stored key is in quarantine, and the stored one stays."""
    aws = FakeAws()
    settle([event(0, "a", v=1)], analyse, aws.services(), FakeClock())
    settle([event(1, "a", v=2)], analyse, aws.services(), FakeClock())
    ((_, item),) = aws.results.items()
    assert item["rawData"]["M"]["v"] == {"N": "1"}
    (message,) = aws.messages
    assert (message["reason"], message["eventId"]) == ("conflicting-duplicate", "a")


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.LOST])
def test_a_failed_transaction_stops_the_batch(fault: Fault) -> None:
    """After a failure nothing later is written; the lowest record not done is reported."""
    aws = FakeAws(iter([Fault.NONE, fault]))
    outcome = settle(events(250), analyse, aws.services(), FakeClock())
    assert outcome.answer == {"batchItemFailures": [{"itemIdentifier": number(98)}]}
    assert (outcome.stored, outcome.failed) == (98, 152)
    assert names(aws) == ["TransactWriteItems", "TransactWriteItems", "PutMetricData", "BatchWriteItem"]
    assert counted(aws, PROCESSED) == 98


def test_a_transaction_goes_out_before_the_next_one_is_read() -> None:
    """DynamoDB works while the rest is read; where a transaction fails, the rest is not read at all."""
    aws = FakeAws(iter([Fault.NONE, Fault.REFUSED]))
    analysed: list[str] = []
    seen: list[tuple[str, int]] = []
    aws.before = lambda name: seen.append((name, len(analysed)))

    def noting(body: Body) -> Analysis:
        analysed.append(str(body["eventId"]))
        return analyse(body)

    settle(events(490), noting, aws.services(), FakeClock())
    assert seen[:2] == [("TransactWriteItems", 99), ("TransactWriteItems", 197)]
    assert len(analysed) == 197


def test_a_transaction_whose_answer_was_lost_is_found_again() -> None:
    """What was written though the answer never came is settled by the next delivery, metrics included."""
    aws = FakeAws(iter([Fault.LOST]))
    outcomes = deliver(events(5), aws)
    assert [outcome.stored for outcome in outcomes] == [0, 0]
    assert outcomes[-1].settled_before == 5
    assert (len(aws.results), counted(aws, PROCESSED), aws.book) == (5, 5, {})


def test_a_kill_between_store_and_metrics_loses_no_metric() -> None:
    """The receipt is still there: the next delivery publishes it, after the grace, and deletes it."""
    aws = FakeAws(iter([Fault.NONE, Fault.KILLED_BEFORE]))
    clock = FakeClock()
    began = clock.now()
    deliver(events(5), aws, clock)
    assert (counted(aws, PROCESSED), aws.book) == (5, {})
    assert clock.now() - began > 1_900_000_000


def test_failed_metrics_are_published_by_the_next_delivery() -> None:
    """If PutMetricData fails the records are reported, so that they come again with their receipts."""
    aws = FakeAws(iter([Fault.NONE, Fault.REFUSED]))
    first, second = deliver(events(5), aws)
    assert first.answer == {"batchItemFailures": [{"itemIdentifier": number(0)}]}
    assert second.failed == 0
    assert (counted(aws, PROCESSED), aws.book) == (5, {})


def test_a_receipt_is_published_by_one_of_two() -> None:
    """Of two deliveries that find the same receipt, the one that claims it publishes it."""
    aws = FakeAws(iter([Fault.NONE, Fault.KILLED_BEFORE]))
    batch = events(5)
    meanwhile: list[int] = []

    def deliver_meanwhile(call: str) -> None:
        if "BatchGetItem" in names(aws) and call != "BatchGetItem":
            aws.before = lambda _: None
            meanwhile.append(
                settle(batch, analyse, aws.services(), FakeClock(now=1_800_000_000 * 10**9)).failed
            )

    aws.before = deliver_meanwhile
    deliver(batch, aws)
    assert meanwhile == [0]
    assert (counted(aws, PROCESSED), aws.book) == (5, {})


def test_a_message_that_was_not_sent_is_sent_by_the_next_delivery() -> None:
    """If quarantine is not reached the record is reported, and counted once all the same."""
    aws = FakeAws(iter([Fault.NONE, Fault.REFUSED]))
    first, second = deliver([event(0, "a"), record(1, b"{"), event(2, "b")], aws)
    assert first.answer == {"batchItemFailures": [{"itemIdentifier": number(1)}]}
    assert second.failed == 0
    assert (len(aws.messages), counted(aws, REJECTED)) == (1, 1)


def test_a_message_is_sent_once_though_the_transaction_fails_first() -> None:
    """Nothing is sent before it is written down that the record is refused."""
    aws = FakeAws(iter([Fault.REFUSED, Fault.REFUSED]))
    deliver([event(0, "a"), record(1, b"{")], aws)
    assert (len(aws.messages), counted(aws, REJECTED)) == (1, 1)


def test_what_dynamodb_calls_wrong_is_isolated() -> None:
    """One item that DynamoDB refuses is found by halving and quarantined; its neighbours are stored."""
    aws = FakeAws()
    aws.invalid = lambda item: item.get("eventId") == {"S": "e-37"}
    outcome = settle(events(98), analyse, aws.services(), FakeClock())
    assert (outcome.stored, outcome.rejected) == (97, {"refused-by-dynamodb": 1})
    assert [message["eventId"] for message in aws.messages] == ["e-37"]
    assert names(aws).count("TransactWriteItems") == 16
    applied = [int(item["appliedAt"]["N"]) for item in aws.results.values()]
    assert applied == sorted(applied)


def test_a_ledger_that_is_wrong_itself_ends_the_batch() -> None:
    """If not even a marker can be written, the batch fails: nothing is tried for ever, nothing is lost."""
    aws = FakeAws()
    aws.invalid = lambda _: True
    outcome = settle(events(3), analyse, aws.services(), FakeClock())
    assert outcome.answer == {"batchItemFailures": [{"itemIdentifier": number(0)}]}
    assert (aws.results, aws.messages, aws.published) == ({}, [], [])


def test_out_of_time_the_rest_is_reported() -> None:
    """Rather than be killed, the handler reports what it has no time for, and publishes what it did."""
    aws = FakeAws()
    outcome = settle(events(250), analyse, aws.services(), FakeClock(transactions=1))
    assert outcome.retry_from == number(98)
    assert counted(aws, PROCESSED) == 98


def test_a_clock_set_back_does_not_disorder() -> None:
    """`appliedAt` rises within a batch even where the machine's clock is set back."""

    class SetBack(FakeClock):
        def now(self) -> int:
            self._now -= 10**9
            return self._now

    aws = FakeAws()
    settle(events(250), analyse, aws.services(), SetBack())
    applied = [int(item["appliedAt"]["N"]) for item in aws.results.values()]
    assert len(applied) == 250
    assert all(one < other for one, other in pairwise(applied))


def test_the_log_names_no_payload(capsys: pytest.CaptureFixture[str]) -> None:
    """No part of a record's data is logged, whatever fails."""
    aws = FakeAws(iter([Fault.REFUSED]))
    deliver([event(0, "secret-1", userId="secret-2"), record(1, b'{"secret-3": NaN}')], aws)
    assert "secret" not in capsys.readouterr().out


def test_a_minute_of_very_many_pages() -> None:
    """Where a minute's list of pages is full, the events are stored all the same, and count as `other`."""
    aws = FakeAws()
    views = [event(at, f"e-{at}", eventType="page_view", pageUrl=f"/{at}") for at in range(490)]
    for start in range(0, 490, 98):
        outcome = settle(views[start : start + 98], analyse, aws.services(), FakeClock())
        assert outcome.failed == 0
    begin = datetime.fromtimestamp(ARRIVAL, UTC)
    (minute,) = aws.minutes(begin, begin + timedelta(minutes=1))
    assert (len(aws.results), minute.events, sum(minute.by("page").values())) == (490, 490, 490)
    assert len(minute.by("page")) == 81
