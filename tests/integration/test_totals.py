"""Totals of each minute are those of the stored events, however often these come; and they expire."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from bootstrap import status
from bootstrap.package import HANDLER
from bootstrap.watched import minutes
from handler.once.totals import MINUTE, PREFIX, Minute
from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame import reading
from tests.frame.events import event
from tests.frame.pipeline import Pipeline
from tests.integration.conftest import MakePipeline
from tests.integration.redelivery import redeliver, settled_before

anywhere = pytest.mark.anywhere
pytestmark = pytest.mark.recipe

DAY = 86_400
DAYS = 7
TIMES = 3


def puts() -> Iterator[Put]:
    """Make purchases, page views of many pages, a duplicate of each tenth, and bad records."""
    for n in range(150):
        bought = {"eventType": "purchase", "deviceType": "mobile", "amount": n + 0.01}
        viewed = {"eventType": "page_view", "pageUrl": f"/{n}", "loadTime": n, "location": {"country": "DE"}}
        yield event(f"totals-buy-{n}", key=f"k{n % 9}", **bought)
        yield event(f"totals-view-{n}", key=f"k{n % 9}", **viewed)
        if n % 10 == 0:
            yield event(f"totals-buy-{n}", key=f"k{n % 9}", **bought)
            yield Put(b"bad", f"k{n % 9}", f"totals-bad-{n}")


@pytest.fixture(scope="module")
def counting(make_pipeline: MakePipeline) -> Pipeline:
    """Give a pipeline of this module's own, with the events above settled; its mapping is made again."""
    made = make_pipeline("totals", RETENTION_DAYS=str(DAYS))
    made.put(puts())
    made.settle().check()
    return made


def totals(pipeline: Pipeline) -> list[Minute]:
    """Read every minute of the last hour that has totals."""
    now = datetime.now(UTC)
    found = minutes(pipeline.dynamodb, pipeline["LedgerTableName"], now - timedelta(hours=1), now + MINUTE)
    return [minute for minute in found if minute.sums]


def total(pipeline: Pipeline, name: str) -> Decimal:
    """Return a total over all minutes."""
    return sum((minute.total(name) for minute in totals(pipeline)), Decimal(0))


def keyed(pipeline: Pipeline, name: str) -> Counter[str]:
    """Return a total by key over all minutes."""
    found: Counter[str] = Counter()
    for minute in totals(pipeline):
        found.update({key: int(value) for key, value in minute.by(name).items()})
    return found


@anywhere
def test_totals_are_those_of_the_stored_events(counting: Pipeline) -> None:
    """Sums and counts, by whatever they are kept, are those of the table and of quarantine, to the cent."""
    amounts = [Decimal(n) + Decimal("0.01") for n in range(150)]
    assert total(counting, "events") == len(counting.items()) == 300
    assert total(counting, "purchases") == 150
    assert total(counting, "revenue") == sum(amounts)
    assert sum(minute.squares("revenue") for minute in totals(counting)) == sum(one * one for one in amounts)
    assert total(counting, "pageViews") == 150
    assert total(counting, "loadTime") == sum(range(150))
    assert total(counting, "duplicates") == 15
    assert total(counting, "rejected") == len(counting.quarantined()) == 15
    assert keyed(counting, "rejected") == {"not-json": 15}
    assert keyed(counting, "events") == {"purchase": 150, "page_view": 150}
    assert keyed(counting, "device") == {"mobile": 150, "unknown": 150}
    assert {minute.dimension for minute in totals(counting)} == {"EventType"}
    assert keyed(counting, "country") == {"DE": 150, "unknown": 150}


@anywhere
def test_pages_are_bounded(counting: Pipeline) -> None:
    """However many pages there are, an item lists at most eighty of them, and counts all views."""
    assert sum(keyed(counting, "page").values()) == 150
    for item in _items(counting):
        assert len([name for name in item if name.startswith("page|")]) <= 81


@anywhere
def test_lag_is_measured(counting: Pipeline) -> None:
    """Each event has a lag, in milliseconds and by its power of two."""
    assert sum(keyed(counting, "lag").values()) == 300
    assert 0 < total(counting, "lag") < 300 * 60_000 * counting.patience


@anywhere
def test_status_tells_of_totals_alarms_and_anomalies(counting: Pipeline) -> None:
    """The newest minute, each alarm and the newest anomaly are among what `make status` says."""
    anomaly = {
        "pk": {"S": "anomalies"},
        "sk": {"S": "2026-01-02T03:04#spike"},
        "kind": {"S": "spike"},
        "series": {"S": "events"},
        "seen": {"N": "2000"},
        "expected": {"N": "203.5"},
    }
    counting.dynamodb.put_item(TableName=counting["LedgerTableName"], Item=anomaly)
    said = list(status.lines(counting.target, counting.stack, HANDLER))
    newest = totals(counting)[-1]
    (minute,) = (line.value for line in said if line.name == "Minute")
    assert minute.startswith(f"{newest.at:%H:%M} UTC: {newest.events:,} events")
    assert ("revenue " in minute, "pageViews " in minute) == (True, True)
    processed = [line.name for line in said].index("Processed")
    assert [line.value.split() for line in said[processed + 1 : processed + 3]] == [
        ["150", "page_view"],
        ["150", "purchase"],
    ]
    assert len([line for line in said if line.name == "Alarm"]) == 9
    (found,) = (line.value for line in said if line.name == "Anomaly")
    assert found == "2026-01-02T03:04 spike of events: 2,000 seen, 204 expected"


@anywhere
def test_redelivery_moves_nothing(counting: Pipeline) -> None:
    """Every record is delivered three times more, from the first on: no total changes."""
    before = _items(counting)
    mapping = counting["MappingId"]
    for time in range(1, TIMES + 1):
        wanted = time * len(counting.acknowledged)
        mapping = redeliver(counting, mapping)
        eventually(lambda: settled_before(counting) >= wanted, within=120 * counting.patience)  # noqa: B023
        assert _items(counting) == before
    counting.lambdas.delete_event_source_mapping(UUID=mapping)
    counting.settle().check()


@anywhere
def test_everything_says_when_it_expires(counting: Pipeline) -> None:
    """A result expires so many days after it was written, a total so many after its minute; TTL is on."""
    for item in counting.items():
        assert item["expiresAt"] == item["processedAt"] + DAYS * DAY
    for item in _items(counting):
        minute = datetime.fromisoformat(f"{item['sk'].partition('#')[0]}+00:00")
        assert item["expiresAt"] == minute.timestamp() + DAYS * DAY
    for table in ("TableName", "LedgerTableName"):
        found = counting.dynamodb.describe_time_to_live(TableName=counting[table])["TimeToLiveDescription"]
        assert (found["TimeToLiveStatus"], found["AttributeName"]) == ("ENABLED", "expiresAt")


def _items(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return the totals' items as they stand, in order."""
    every = reading.scan(pipeline.dynamodb, pipeline["LedgerTableName"])
    found = [item for item in every if item["pk"].startswith(PREFIX)]
    return sorted(found, key=lambda item: (item["pk"], item["sk"]))


@pytest.mark.emulator_only
def test_what_has_expired_goes(counting: Pipeline) -> None:
    """Where the emulator is told to delete what has expired, that goes and the rest stays."""
    results, ledger = counting.items(), _items(counting)
    for name, seconds in (("gone", -1), ("stays", 60)):
        at = datetime.now(UTC).timestamp() + seconds
        item = {"pk": {"S": name}, "sk": {"S": "x"}, "expiresAt": {"N": str(int(at))}}
        counting.dynamodb.put_item(TableName=counting["LedgerTableName"], Item=item)
    where = urlsplit(counting.target.endpoint or "").netloc

    def deleted() -> bool:
        """Ask for it; LocalStack looks at all tables, and fails where another test deletes one meanwhile."""
        with closing(HTTPConnection(where, timeout=30)) as connection:
            connection.request("DELETE", "/_aws/dynamodb/expired")
            return connection.getresponse().status == 200

    eventually(deleted, within=30, what="what has expired is deleted")
    every = {item["pk"] for item in reading.scan(counting.dynamodb, counting["LedgerTableName"])}
    assert "stays" in every
    assert "gone" not in every
    assert (counting.items(), _items(counting)) == (results, ledger)
