import json
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tailrace.testing.audit import DeadLettered, Stored
from tailrace.testing.bench import Bench
from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put

type PutAll = Callable[[Iterable[Put]], object]
type Look[T] = Callable[[], list[T]]


def scan(number: int, label: str = "AB-CD-7") -> Put:
    """Make a scan of one of eight parcels."""
    name = f"scan-{number}"
    body = {"id": name, "label": label, "depot": f"depot-{number % 3}"}
    return Put(json.dumps(body).encode(), key=f"parcel-{number % 8}", element=name)


@pytest.fixture
def put(tailrace: Bench, outputs: dict[str, str]) -> PutAll:
    """Give a function that puts scans, and notes them in the ledger."""
    return lambda puts: tailrace.streams.put(outputs["Stream"], puts)


@pytest.fixture
def items(tailrace: Bench, outputs: dict[str, str]) -> Look[dict[str, str]]:
    """Give a function that reads the table."""
    pages = tailrace.aws("dynamodb").get_paginator("scan")

    def read() -> Iterator[dict[str, str]]:
        for page in pages.paginate(TableName=outputs["Table"], ConsistentRead=True):
            yield from ({name: value["S"] for name, value in item.items()} for item in page["Items"])

    return lambda: list(read())


@pytest.fixture
def stored(items: Look[dict[str, str]], tailrace: Bench) -> Look[Stored]:
    """Give a function that looks for what this test has put."""

    def look() -> list[Stored]:
        ours = {one.element for one in tailrace.ledger.acknowledged}
        return [Stored(item["scan"]) for item in items() if item["scan"] in ours]

    return look


@pytest.fixture
def given_up(tailrace: Bench, outputs: dict[str, str]) -> Look[DeadLettered]:
    """Give a function that returns all dead letters that have come."""
    sqs, found = tailrace.aws("sqs"), list[DeadLettered]()

    def look() -> list[DeadLettered]:
        received = sqs.receive_message(QueueUrl=outputs["GivenUp"], MaxNumberOfMessages=10)
        for message in received.get("Messages", []):
            batch = json.loads(message["Body"])["KinesisBatchInfo"]
            found.append(
                DeadLettered(batch["shardId"], batch["startSequenceNumber"], batch["endSequenceNumber"])
            )
            sqs.delete_message(QueueUrl=outputs["GivenUp"], ReceiptHandle=message["ReceiptHandle"])
        return found

    return look


def test_scans(put: PutAll, tailrace: Bench, stored: Look[Stored]) -> None:
    """Every scan is kept once, though the code for it is in a layer."""
    put(map(scan, range(100)))

    verdict = tailrace.ledger.settle(stored, within=60)

    verdict.check()
    assert verdict.stored == 100


def test_counted(put: PutAll, tailrace: Bench, stored: Look[Stored]) -> None:
    """What Powertools writes into the log is a metric."""

    def counted() -> float:
        now = datetime.now(UTC)
        points = tailrace.aws("cloudwatch").get_metric_statistics(
            Namespace="Parcels",
            MetricName="Kept",
            Dimensions=[{"Name": "service", "Value": "keeper"}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    before = counted()
    put(map(scan, range(300, 320)))

    tailrace.ledger.settle(stored, within=60).check()

    eventually(lambda: counted() - before == 20, within=30, what="twenty kept scans in CloudWatch")


def test_traced(put: PutAll, tailrace: Bench, items: Look[dict[str, str]]) -> None:
    """A sampled trace has what the function told of itself."""
    put([scan(200)])
    tailrace.ledger.settle(
        lambda: [Stored(item["scan"]) for item in items() if item["scan"] == "scan-200"], within=60
    )

    headers = {item["trace"] for item in items()}

    sampled = [header for header in headers if "Sampled=1" in header]
    assert sampled, headers
    root = sampled[0].partition("Root=")[2].partition(";")[0]
    with urllib.request.urlopen(f"{tailrace.endpoint}/_tailrace/xray/{root}") as answer:  # noqa: S310  loopback
        segments = json.load(answer)
    stored = [segment for segment in segments if segment["name"] == "store"]
    assert stored, segments
    assert all(segment["annotations"]["depot"].startswith("depot-") for segment in stored)


@pytest.mark.parametrize(
    ("label", "first"),
    [
        pytest.param("no label", 1000, id="is refused"),
        pytest.param("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ", 2000, id="times out"),
    ],
)
def test_one_of_many_fails(  # noqa: PLR0913, PLR0917  fixtures
    put: PutAll, tailrace: Bench, stored: Look[Stored], given_up: Look[DeadLettered], label: str, first: int
) -> None:
    """A scan that cannot be kept is dead-lettered, and does not affect other records."""
    good = [scan(number) for number in range(first, first + 15)]
    put([*good[:3], scan(first + 15, label), *good[3:]])

    verdict = tailrace.ledger.settle(stored, dead_lettered=given_up, within=90)

    assert verdict.lost == ()
    assert {one.element for one in stored()} == {one.element for one in good}
    assert given_up() != []
