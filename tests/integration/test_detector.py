"""The detector as a function: history in the ledger, one look after the other, what a listener is told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from handler.once.totals import MINUTE, place
from tests.frame import reading
from tests.frame.listening import Listener, listening
from tests.frame.pipeline import Pipeline
from tests.integration.conftest import MakePipeline

pytestmark = pytest.mark.emulator_only

USUAL = {"events": 12_000, "revenue": 465_000, "revenue^2": 93_000_000, "rejected": 1, "excursions": 60}
HISTORY = 8
KINDS = {
    "spike": ("Many more events than expected", [{**USUAL, "events": 20_000, "excursions": 100}]),
    "drop": ("Far fewer events than expected", [{**USUAL, "events": 3_400, "excursions": 17}] * 2),
    "silence": ("No events at all", [{}, {**USUAL, "events": 200}]),
    "outlier": (
        "A value of revenue far larger than the usual ones",
        [{**USUAL, "revenue": 465_000 + 15_549, "revenue^2": 93_000_000 + 15_549**2}],
    ),
    "jump": (
        "excursions counts more for each event than expected",
        [{**USUAL, "excursions": 400}],
    ),
    "rejected": ("More records were set aside than usual", [{**USUAL, "rejected": 40}]),
}


@dataclass(frozen=True)
class Watched:
    """A pipeline whose detector is invoked by hand, and somebody who listens to its topic."""

    pipeline: Pipeline
    listener: Listener

    def begin_anew(self, unusual: Sequence[Mapping[str, int]]) -> None:
        """Fill an empty ledger with usual minutes up to now, and unusual ones a short while ago."""
        client, table = self.pipeline.dynamodb, self.pipeline["LedgerTableName"]
        for item in reading.scan(client, table):
            client.delete_item(TableName=table, Key={key: {"S": item[key]} for key in ("pk", "sk")})
        minutes = [*[USUAL] * HISTORY, *unusual, *[USUAL] * 4]
        last = datetime.now(UTC) + MINUTE
        for ago, sums in enumerate(reversed(minutes)):
            pk, sk = place("shardId-000000000000", int((last - ago * MINUTE).timestamp()) // 60)
            numbers = {name: {"N": str(value)} for name, value in sums.items()}
            client.put_item(TableName=table, Item={"pk": {"S": pk}, "sk": {"S": sk}, **numbers})

    def look(self) -> None:
        """Have the detector look."""
        done = self.pipeline.lambdas.invoke(FunctionName=self.pipeline["DetectorName"], Payload=b"{}")
        assert "FunctionError" not in done, done["Payload"].read()

    def notifications(self) -> list[str]:
        """Return the first line of each message that has come; alarms speak JSON, and are left out."""
        lines = [text.splitlines()[0] for text in self.listener.heard()]
        return [line for line in lines if not line.startswith("{")]


@pytest.fixture(scope="module")
def watched(make_pipeline: MakePipeline) -> Iterator[Watched]:
    """Give the pipeline and its listener."""
    pipeline = make_pipeline("detector", SHARDS="1", ANOMALY_MINIMUM="3")
    with listening(pipeline) as listener:
        yield Watched(pipeline, listener)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_told_of_once(watched: Watched, kind: str) -> None:
    """Unusual minutes of each kind are one anomaly of that kind, of which one message tells."""
    words, unusual = KINDS[kind]
    watched.begin_anew(unusual)
    for _ in range(3):
        watched.look()
    pipeline = watched.pipeline
    book = reading.scan(pipeline.dynamodb, pipeline["LedgerTableName"])
    kept = [(item["kind"], item["notified"]) for item in book if item["pk"] == "anomalies"]
    assert kept == [(kind, True)]
    assert watched.notifications() == [f"{words} in {pipeline['MetricNamespace']}."]
