"""What became of the till's sales."""

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tailrace.testing.audit import Acknowledged, DeadLettered, Stored
from tailrace.testing.bench import Bench
from tailrace.testing.sending import Put
from tailrace.testing.verdict import Verdict

ROOT = Path(__file__).parent.parent


class Till:
    """The till as deployed, and the bench that it is on."""

    def __init__(self, tailrace: Bench, outputs: dict[str, str]) -> None:
        self._bench, self._outputs = tailrace, outputs
        self._given_up: list[DeadLettered] = []

    def put(self, sales: Iterable[Put]) -> None:
        """Put sales."""
        self._bench.streams.put(self._outputs["Stream"], sales)

    def sell(self, sales: Iterable[Put]) -> str:
        """Let the tills put sales, note what they say was taken, and return what Node said of HTTP/2."""
        lines = "".join(f"{json.dumps({**json.loads(one.data), 'till': one.key})}\n" for one in sales)
        command = ["node", "build/registers.mjs", self._outputs["Stream"]]
        environ = self._environ | {"NODE_DEBUG": "http2"}
        done = subprocess.run(
            command,
            input=lines,
            cwd=ROOT,
            env=environ,
            text=True,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        for sale in map(json.loads, done.stdout.splitlines()):
            taken = Acknowledged(sale["id"], sale["till"], sale["ShardId"], sale["SequenceNumber"])
            self._bench.ledger.acknowledged.append(taken)
        return done.stderr

    @contextmanager
    def displayed(self, file: Path) -> Iterator[Callable[[], list[str]]]:
        """Hang up the display, and give what reads off it which sales it has shown."""
        command = ["node", "build/display.mjs", self._outputs["Display"]]

        def shown() -> list[str]:
            lines = file.read_text().splitlines(keepends=True)
            return [json.loads(line)["id"] for line in lines if line.endswith("\n")]

        with (
            file.open("w") as out,
            subprocess.Popen(command, cwd=ROOT, env=self._environ, stdout=out) as display,
        ):
            try:
                yield shown
            finally:
                display.terminate()

    @property
    def _environ(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], **self._bench.environ}

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
