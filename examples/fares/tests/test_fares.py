import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tailrace.testing.bench import Bench
from tailrace.testing.eventually import eventually
from tailrace.testing.promises import Promises, Put


class TestFares(Promises):
    """The promises of the fares."""

    stack = "fares"
    stream = property(lambda self: self.outputs["Stream"])
    function = property(lambda self: self.outputs["Function"])
    patience = 180.0  # each fare is three writes
    not_promised: ClassVar = {"order": "a card's fares add up to the same in any order"}

    def event(self, number: int) -> Put:
        """Make a fare of one of eight cards."""
        fare, card = f"fare-{number}", f"card-{number % 8}"
        return Put(json.dumps({"id": fare, "card": card, "cents": 270}).encode(), key=card, element=fare)

    def stored(self) -> Iterator[str]:
        """Read the table of the fares; what a card has paid beyond them was taken twice."""
        fares = list(scanned(self.tailrace, self.outputs["Fares"]))
        yield from (fare["id"]["S"] for fare in fares)
        paid = -sum(int(card["cents"]["N"]) for card in scanned(self.tailrace, self.outputs["Cards"]))
        yield from [fares[-1]["id"]["S"]] * (paid // 270 - len(fares))


def test_the_metric(tailrace: Bench) -> None:
    """Each fare is counted once, though its batch is delivered twice."""
    outputs, before = tailrace.outputs("fares"), counted(tailrace)
    adapter = TestFares()
    tailrace.streams.put(outputs["Stream"], map(adapter.event, [1, 2, 3, 1, 2, 3]))

    eventually(lambda: counted(tailrace) == before + 3, within=60, what="three fares in CloudWatch")


def scanned(tailrace: Bench, table: str) -> Iterator[dict[str, Any]]:
    """Read a table."""
    pages = tailrace.aws("dynamodb").get_paginator("scan")
    for page in pages.paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]


def counted(tailrace: Bench) -> float:
    """Return how many fares CloudWatch has."""
    now = datetime.now(UTC)
    points = tailrace.aws("cloudwatch").get_metric_statistics(
        Namespace="Fares",
        MetricName="Collected",
        Dimensions=[{"Name": "service", "Value": "collector"}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in points))
