"""What became of the till's sales."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from tailrace.testing.audit import DeadLettered, Stored
from tailrace.testing.bench import Bench
from tailrace.testing.sending import Put
from tailrace.testing.verdict import Verdict


class Till:
    """The till as deployed, and the bench that it is on."""

    def __init__(self, tailrace: Bench, outputs: dict[str, str]) -> None:
        self._bench, self._outputs = tailrace, outputs
        self._given_up: list[DeadLettered] = []

    def put(self, sales: Iterable[Put]) -> None:
        """Put sales."""
        self._bench.streams.put(self._outputs["Stream"], sales)

    def settle(self) -> Verdict:
        """Wait until each sale is in the table, or given up."""
        return self._bench.ledger.settle(self.stored, dead_lettered=self.given_up, within=60)

    def stored(self) -> list[Stored]:
        """Look for this test's sales in the table."""
        ours = {one.element for one in self._bench.ledger.acknowledged}
        pages = self._bench.aws("dynamodb").get_paginator("scan")
        found = pages.paginate(TableName=self._outputs["Table"], ConsistentRead=True)
        names = [item["id"]["S"] for page in found for item in page["Items"]]
        return [Stored(name) for name in names if name in ours]

    def given_up(self) -> list[DeadLettered]:
        """Return all dead letters that have come during this test."""
        sqs, queue = self._bench.aws("sqs"), self._outputs["GivenUp"]
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            batch = json.loads(message["Body"])["KinesisBatchInfo"]
            letter = (batch["shardId"], batch["startSequenceNumber"], batch["endSequenceNumber"])
            self._given_up.append(DeadLettered(*letter))
        return self._given_up

    def takings(self) -> tuple[float, float]:
        """Return how many sales CloudWatch has, and their sum."""
        now = datetime.now(UTC)
        points = self._bench.aws("cloudwatch").get_metric_statistics(
            Namespace="Tills",
            MetricName="Takings",
            Dimensions=[{"Name": "service", "Value": "till"}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["SampleCount", "Sum"],
        )["Datapoints"]
        return sum(point["SampleCount"] for point in points), sum(point["Sum"] for point in points)
