import json
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import deploy
import pytest

from tailrace.testing.bench import Bench
from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put


class Meters:
    """The meters as deployed, and what became of their readings."""

    def __init__(self, tailrace: Bench, deployed: deploy.Deployed) -> None:
        self._bench, self._deployed = tailrace, deployed
        self._began = datetime.now(UTC).replace(second=0, microsecond=0)

    def put(self, *readings: bytes) -> None:
        """Put readings of one meter, in order."""
        puts = [Put(reading, key="meter-1") for reading in readings]
        self._bench.streams.put(self._deployed.stream, puts)

    def counted(self, site: str) -> tuple[float, float]:
        """Return how many readings of a site CloudWatch has, and their energy in watt-hours."""
        points = self._bench.aws("cloudwatch").get_metric_statistics(
            Namespace="Meters",
            MetricName="Energy",
            Dimensions=[{"Name": "Site", "Value": site}],
            StartTime=self._began,
            EndTime=datetime.now(UTC) + timedelta(minutes=1),
            Period=60,
            Statistics=["SampleCount", "Sum"],
        )["Datapoints"]
        return sum(point["SampleCount"] for point in points), sum(point["Sum"] for point in points)

    def expect(self, site: str, count: int, watt_hours: float) -> None:
        """Wait until CloudWatch has so many readings of a site."""

        def counted() -> bool:
            """See each reading counted once."""
            assert self.counted(site) == (count, watt_hours)
            return True

        eventually(counted, within=30)

    def given_up(self) -> list[dict[str, Any]]:
        """Return the dead letters that came since the last look."""
        queue = self._deployed.given_up
        received = self._bench.aws("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        messages = received.get("Messages", [])
        for message in messages:
            self._bench.aws("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]


def reading(site: str, step: int = 15) -> bytes:
    """Make a reading of an hour at 1,200 watts."""
    return json.dumps({"site": site, "from": 0, "to": 60, "step": step, "watts": 1200}).encode()


@pytest.fixture(scope="session")
def deployed(tailrace: Bench, request: pytest.FixtureRequest) -> deploy.Deployed:
    """Build the function, and deploy all that it needs."""
    subprocess.run([request.config.rootpath / "build.sh"], check=True)
    return deploy.deploy(tailrace.aws)


@pytest.fixture
def meters(tailrace: Bench, deployed: deploy.Deployed) -> Meters:
    """Give the meters."""
    return Meters(tailrace, deployed)


def test_energy(meters: Meters) -> None:
    """Each reading is counted once in its site's metric, which the function writes into its log."""
    meters.put(*[reading("north")] * 60, *[reading("south")] * 40)

    meters.expect("north", 60, 72_000)
    meters.expect("south", 40, 48_000)


@pytest.mark.parametrize(
    ("site", "bad"),
    [
        pytest.param("east", b"no reading", id="is refused"),
        pytest.param("west", reading("west", step=0), id="times out"),
    ],
)
def test_one_of_many_fails(meters: Meters, site: str, bad: bytes) -> None:
    """A reading that cannot be counted is given up alone; the others are counted once."""
    meters.put(*[reading(site)] * 2, bad, reading(site))

    letters = eventually(meters.given_up, within=60)
    meters.expect(site, 3, 3_600)
    assert [letter["KinesisBatchInfo"]["batchSize"] for letter in letters] == [1]
    assert letters[0]["responseContext"]["functionError"] == "Unhandled"
    assert meters.given_up() == []
