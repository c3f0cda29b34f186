"""A run with an anomaly and the stack's detector: what the producer sends first, and what it says."""

import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bootstrap.watched import LedgerTable, minutes
from handler.once.totals import MINUTE, place
from tests.frame import reading
from tests.frame.pipeline import Pipeline
from tests.frame.run import Run
from tests.integration.conftest import MakePipeline
from tests.integration.test_producer import Producer, ended, wait_for

pytestmark = [pytest.mark.anywhere, pytest.mark.recipe]

DROP = {"ANOMALY": "drop", "RATE": "100", "COUNT": "1000"}


@pytest.fixture(scope="module")
def looked_at(make_pipeline: MakePipeline) -> Pipeline:
    """Give a pipeline whose detector looks."""
    return make_pipeline("warmup", SHARDS="1", DETECTOR="1", ANOMALY_MINIMUM="3")


@pytest.fixture
def producer(run: Run, looked_at: Pipeline, tmp_path: Path) -> Iterator[Producer]:
    """Give the command, with a folder of its own."""
    command = Producer(run, looked_at, tmp_path)
    yield command
    command.end()


def history(pipeline: Pipeline) -> LedgerTable:
    """Return the ledger, for what the detector knows."""
    return LedgerTable(pipeline.dynamodb, pipeline["LedgerTableName"], 1)


def test_without_warm_up(producer: Producer) -> None:
    """With WARMUP=0 the run begins at once, and it is said that nothing will be found."""
    done = producer.run(WARMUP="0", **DROP | {"COUNT": "20"})
    assert done.code == 0, done.complained
    assert (
        "The detector wants 3 finished minutes of history and there are 0, and WARMUP=0 sends none first: "
        "the detector will not report." in done.said
    )
    assert "Acknowledged 20 events" in done.said
    producer.settle()


def test_warm_up_ends_cleanly(producer: Producer) -> None:
    """Ctrl-C in the warm-up: its events are stored, and none of them was the run's; history begins anew."""
    process = producer.start(SEED="7", **DROP)
    wait_for(lambda: len(producer.acknowledged()) > 50, process)
    process.send_signal(signal.SIGINT)
    done = ended(process)
    assert done.code == 130, done.complained
    assert re.search(r"there (are|is) \d: usual traffic at 100/s is sent first, and the run", done.said)
    assert "Acknowledged 0 events" in done.said
    usual = len(producer.acknowledged())
    assert f"Usual traffic around it, not counted there: {usual:,}" in done.said
    assert "No drop was injected: the run ended before its time" in done.said
    assert "make produce COUNT=0" not in done.said
    assert {one.element.partition("-")[0] for one in producer.acknowledged()} != {"7"}
    producer.settle()
    pipeline, now = producer.pipeline, datetime.now(UTC)
    span = (now - 9 * MINUTE, now + 2 * MINUTE)
    known = minutes(pipeline.dynamodb, pipeline["LedgerTableName"], *span)
    assert sum(minute.events for minute in known) >= usual
    assert [minute.at for minute in history(pipeline).history(*span) if minute.events] == []


def test_history_is_known(producer: Producer) -> None:
    """With enough usual traffic there already, a run only waits for a minute to begin, and ends nothing."""
    pipeline = producer.pipeline
    client, table = pipeline.dynamodb, pipeline["LedgerTableName"]
    for item in reading.scan(client, table):
        if item["pk"] == "detector":
            client.delete_item(TableName=table, Key={key: {"S": item[key]} for key in ("pk", "sk")})
    now = datetime.now(UTC)
    for ago in range(-1, 7):
        pk, sk = place("shardId-000000000000", int((now - ago * MINUTE).timestamp()) // 60)
        item = {"pk": {"S": pk}, "sk": {"S": sk}, "events": {"N": "6000"}}
        client.put_item(TableName=table, Item=item)
    process = producer.start(**DROP)
    wait_for(lambda: len(producer.acknowledged()) > 50, process)
    process.send_signal(signal.SIGINT)
    done = ended(process)
    assert re.search(
        r"history and there are [67]: the run begins at .*, so that the drop begins with a minute",
        done.said,
    )
    producer.settle()
    assert len(history(pipeline).history(now - 6 * MINUTE, now)) == 6
