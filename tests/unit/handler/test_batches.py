from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.once import Analysis, Body
from handler.once import batches as layer
from handler.once.batches import (
    Becomes,
    Entry,
    Findings,
    Marker,
    Rejected,
    Storable,
    StoredItem,
    chunks,
    plan,
)
from handler.once.metrics import MetricSeries
from handler.once.records import Reason, Record, RejectedError
from tests.unit.handler.given import event, number, read, record

pytestmark = pytest.mark.unit


def entries(*records: Record) -> list[Entry]:
    """Return what is read from records."""
    return [read(each) for each in records]


def became(chunk: Sequence[Entry], findings: Findings) -> list[Becomes]:
    """Return what each record of a chunk becomes."""
    return [step.becomes for step in plan(chunk, findings, "r-now")]


def accepted(at: Record) -> Storable:
    """Return a good record as it is read."""
    entry = read(at)
    assert isinstance(entry, Storable)
    return entry


def test_a_bad_record_is_refused_and_raises_nothing() -> None:
    """What cannot be read carries its reason; the eventId is known where it could be read."""
    first, second = entries(record(0, b"{"), event(1, "e-1", amount=1, eventType="purchase", bad={"": 1}))
    assert first == Rejected(
        record(0, b"{"),
        Reason.NOT_JSON,
        "Expecting property name enclosed in double quotes at character 1",
        None,
    )
    assert isinstance(second, Rejected)
    assert (second.reason, second.event_id) == (Reason.BAD_NAME, "e-1")


def test_what_can_never_be_stored_never_reaches_analytics() -> None:
    """An event that DynamoDB cannot hold is refused for that, whatever analytics would have made of it."""
    seen: list[Body] = []

    def watching(event: Body) -> Analysis:
        seen.append(event)
        return Analysis({})

    bad = [event(0, "e-1", value=10**126), event(1, "e-2", text="x" * 500_000), record(2, b'{"a": NaN}')]
    refused = [layer.read(each, watching) for each in bad]
    assert [entry.reason for entry in refused if isinstance(entry, Rejected)] == [
        Reason.BAD_NUMBER,
        Reason.TOO_LARGE,
        Reason.BAD_NUMBER,
    ]
    assert seen == []


def test_a_detail_can_be_stored_whatever_it_quotes() -> None:
    """Analytics may quote an event when it rejects it: the detail is cut, and always Unicode."""
    assert RejectedError(Reason.BAD_VALUE, "\ud800" + "x" * 1000).detail == "?" + "x" * 499


def test_an_amount_that_cloudwatch_refuses_is_refused_here() -> None:
    """A number that DynamoDB takes and CloudWatch does not would cost the whole batch its metrics."""
    refused = read(record(0, b'{"eventType":"purchase","amount":1e120}'))
    assert isinstance(refused, Rejected)
    assert refused.reason is Reason.BAD_VALUE
    assert refused.detail == "a value of PurchaseAmount is no number that CloudWatch takes"


def test_a_tiny_amount_counts_as_zero() -> None:
    """CloudWatch's numbers end long before DynamoDB's."""
    entry = accepted(record(0, b'{"eventType":"purchase","amount":1e-120}'))
    assert entry.samples[0] == (MetricSeries("PurchaseAmount", "None"), 0)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2)), max_size=250))
def test_chunks_keep_all_records_in_order(identities: list[tuple[int, int]]) -> None:
    """However a batch is cut, nothing is lost or moved; no chunk is too long or has two contents of a key."""
    batch = entries(*(event(at, f"e-{key}", v=content) for at, (key, content) in enumerate(identities)))
    cut = list(chunks(batch))
    assert [entry for chunk in cut for entry in chunk] == batch
    for chunk in cut:
        assert 1 <= len(chunk) <= 98
        contents = {(entry.key, str(entry.body)) for entry in chunk if isinstance(entry, Storable)}
        assert len({key for key, _ in contents}) == len(contents)


def test_a_batch_without_repetition_is_cut_by_number_only() -> None:
    """A batch of 200 events takes three transactions."""
    batch = entries(*(event(at, f"e-{at}") for at in range(200)))
    assert [len(chunk) for chunk in chunks(batch)] == [98, 98, 4]


def test_a_batch_of_large_events_is_cut_by_size() -> None:
    """A transaction's items stay under 3.5 MB of text."""
    batch = entries(*(event(at, f"e-{at}", v="x" * 390_000) for at in range(20)))
    assert [len(chunk) for chunk in chunks(batch)] == [8, 8, 4]


def test_the_same_bytes_twice_share_a_chunk() -> None:
    """An event that is repeated in the batch is a duplicate within one transaction."""
    batch = entries(event(0, "e-1"), event(1, "e-1"), event(2, "e-2"))
    assert list(chunks(batch)) == [batch]
    assert became(batch, Findings()) == [Becomes.STORE, Becomes.DUPLICATE, Becomes.STORE]


def test_another_content_begins_the_next_chunk() -> None:
    """Which of two contents is stored first decides: the other is compared with the table."""
    batch = entries(event(0, "e-1", v=1), event(1, "e-2"), event(2, "e-1", v=2))
    assert [len(chunk) for chunk in chunks(batch)] == [2, 1]


def test_what_a_stored_item_says_of_its_record() -> None:
    """A stored item makes a record settled (its own), a duplicate (same content) or a conflict (another)."""
    chunk = entries(event(0, "e-1"), event(1, "e-2"), event(2, "e-3"))
    keys = [entry.key for entry in chunk if isinstance(entry, Storable)]
    findings = Findings()
    findings.stored[keys[0]] = StoredItem(number(0), "r-9", {})
    findings.stored[keys[1]] = StoredItem(number(77), "r-9", accepted(event(1, "e-2")).body)
    findings.stored[keys[2]] = StoredItem(number(88), "r-9", {"another": True})
    first, second, third = plan(chunk, findings, "r-now")
    assert (first.becomes, first.receipt) == (Becomes.SETTLED, "r-9")
    assert (second.becomes, second.receipt) == (Becomes.DUPLICATE, "r-now")
    assert (third.becomes, third.receipt) == (Becomes.QUARANTINE, "r-now")
    assert third.entry == Rejected(
        event(2, "e-3"),
        Reason.CONFLICTING_DUPLICATE,
        f"another event of the same eventId and timestamp is stored, from record {number(88)}",
        "e-3",
    )


def test_a_repetition_may_be_the_stored_one() -> None:
    """Of two records with one event, that whose number the item carries is settled, the other a duplicate."""
    chunk = entries(event(0, "e-1"), event(1, "e-1"))
    findings = Findings()
    findings.stored[accepted(event(0, "e-1")).key] = StoredItem(
        number(1), "r-1", accepted(event(0, "e-1")).body
    )
    assert became(chunk, findings) == [Becomes.DUPLICATE, Becomes.SETTLED]


def test_what_a_marker_says_of_its_record() -> None:
    """A marked record is settled; one whose message may not be out says so, with its reason."""
    chunk = entries(event(0, "e-1"), record(1, b"{"))
    findings = Findings()
    findings.markers[number(0)] = Marker("r-1", (Reason.CONFLICTING_DUPLICATE, "why"))
    findings.markers[number(1)] = Marker("r-2", None)
    first, second = plan(chunk, findings, "r-now")
    assert first.unsent
    assert first.entry == Rejected(event(0, "e-1"), Reason.CONFLICTING_DUPLICATE, "why", "e-1")
    assert (second.becomes, second.receipt, second.unsent) == (Becomes.SETTLED, "r-2", False)


def test_an_item_that_dynamodb_refuses_lets_its_repetition_try() -> None:
    """What DynamoDB refuses is quarantined; it stores nothing that its repetition could duplicate."""
    chunk = entries(event(0, "e-1"), event(1, "e-1"))
    findings = Findings()
    findings.refusals[number(0)] = "wrong"
    assert became(chunk, findings) == [Becomes.QUARANTINE, Becomes.STORE]


def test_minutes_take_room_in_a_transaction() -> None:
    """Each minute's totals are an action: records that arrived a minute apart are cut after 49."""
    far = [event(at, f"e-{at}")._replace(arrival=1_700_000_000.0 + 60 * at) for at in range(100)]
    assert [len(chunk) for chunk in chunks(entries(*far))] == [49, 49, 2]
