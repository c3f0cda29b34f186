import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tailrace.testing.audit import Stored
from tailrace.testing.bench import Bench
from tailrace.testing.sending import Put

type Items = Callable[[], Iterator[dict[str, Any]]]


def reading(number: int) -> Put:
    """Make a reading of one of five sensors; every tenth is of a night with frost."""
    name = f"reading-{number}"
    body = {"id": name, "celsius": -3.5 if number % 10 == 0 else 21.5}
    return Put(json.dumps(body).encode(), key=f"sensor-{number % 5}", element=name)


@pytest.fixture
def items(tailrace: Bench, outputs: dict[str, str]) -> Items:
    """Give a function that reads the table."""
    pages = tailrace.aws("dynamodb").get_paginator("scan")

    def read() -> Iterator[dict[str, Any]]:
        for page in pages.paginate(TableName=outputs["Table"], ConsistentRead=True):
            yield from page["Items"]

    return read


def stored(item: dict[str, Any]) -> Stored:
    """Say what the ledger looks at of an item."""
    return Stored(
        item["reading"]["S"], item["sensor"]["S"], item["sequenceNumber"]["S"], int(item["keptAt"]["N"])
    )


def test_readings(tailrace: Bench, outputs: dict[str, str], items: Items) -> None:
    """Every reading is kept once, those of one sensor in order."""
    tailrace.streams.put(outputs["Stream"], map(reading, range(200)))

    verdict = tailrace.ledger.settle(lambda: [stored(item) for item in items()], within=30)

    verdict.check()
    assert verdict.stored == 200


def test_frost(tailrace: Bench, outputs: dict[str, str], items: Items) -> None:
    """A reading below two degrees carries a warning."""
    put = reading(1000)
    tailrace.aws("kinesis").put_record(StreamName=outputs["Stream"], Data=put.data, PartitionKey=put.key)

    kept = tailrace.eventually(
        lambda: [item for item in items() if item["reading"]["S"] == put.element], within=30
    )

    assert kept[0]["warning"] == {"S": "frost"}
