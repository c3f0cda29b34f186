"""The producer's command with what strangers have: events with other fields, files in other formats."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.frame.pipeline import Pipeline
from tests.frame.run import Run
from tests.integration.conftest import MakePipeline
from tests.integration.test_producer import Producer

pytestmark = pytest.mark.anywhere


@pytest.fixture(scope="module")
def pipeline(make_pipeline: MakePipeline) -> Pipeline:
    """Give a pipeline into which nothing is put that its ledger does not name."""
    return make_pipeline("sources", SHARDS="1")


@pytest.fixture
def producer(run: Run, pipeline: Pipeline, tmp_path: Path) -> Iterator[Producer]:
    """Give the command, with a folder of its own."""
    command = Producer(run, pipeline, tmp_path)
    yield command
    command.end()


def test_a_strangers_events(producer: Producer) -> None:
    """Readings without the recipe's fields are keyed, dated and stored once by fields that are named."""
    readings = [{"meta": {"sensor": n % 3}, "reading": n, "at": 1767225600000 + n} for n in range(1, 31)]
    lines = [json.dumps(reading) for reading in readings]
    (producer.folder / "readings.jsonl").write_text("\n".join([*lines, '{"x": 1}']))
    named = {"PARTITION_KEY": "meta.sensor", "EVENT_ID": "reading", "TIMESTAMP": "at"}
    for _ in range(2):
        done = producer.run(SOURCE="readings.jsonl", **named)
        assert done.code == 0, done.complained
        assert "Acknowledged 31 events" in done.said
        assert "Partition keys: 4\n" in done.said
        assert (
            "         1  no meta.sensor: the partition key is the event's id, so no order is kept"
            in done.said
        )
        assert f"The last event's story: make trace EVENT={producer.acknowledged()[-1].element}" in done.said
    producer.settle()
    item = producer.pipeline.item("7")
    assert (item["timestamp"], item["partitionKey"]) == (1767225600, "1")
    assert item["rawData"] == {"eventId": "7", "timestamp": "2026-01-01T00:00:00.007+00:00", **readings[6]}


@pytest.mark.parametrize(
    ("name", "data", "needs"),
    [
        ("an array.json", b'[{"eventId": "c1"}, {"eventId": "c2"}]', "jq"),
        ("pretty.json", b'{\n "eventId": "c3"\n}\n{\n "eventId": "c4"\n}\n', "jq"),
        ("rows.csv", b"eventId,n\nc5,1\nc6,2\n", "python3"),
        ("rows.tsv", b"eventId\tn\nc7\t1\nc8\t2\n", "python3"),
        ("u_ex.log", b"#Software: x\n#Fields: eventId c-ip\nc9 192.0.2.1\nc10 192.0.2.2\n", "python3"),
        ("wide.jsonl", '{"eventId": "c11"}\n{"eventId": "c12"}\n'.encode("utf-16"), "iconv"),
    ],
)
def test_the_command_that_is_named_converts(producer: Producer, name: str, data: bytes, needs: str) -> None:
    """A file in another format is refused with a command, and what that command gives is read."""
    if not shutil.which(needs):
        pytest.skip(f"{needs} is not on this machine")
    (producer.folder / name).write_bytes(data)
    done = producer.run(SOURCE=name, RATE="50")
    assert (done.code, done.said) == (2, "")
    refusal, command = done.complained.splitlines()
    assert refusal.startswith(f"{name} is ")
    assert refusal.endswith("which is not read here. This sends it:")
    converter, _, produce = command.partition(" | make produce ")
    assert "SOURCE=- " in produce
    assert "RATE=50" in produce
    converted = subprocess.run(
        ["/bin/sh", "-c", converter],
        cwd=producer.folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert [json.loads(line)["eventId"][0] for line in converted.stdout.splitlines()] == ["c", "c"]
    again = producer.run(converted.stdout, SOURCE="-")
    assert again.code == 0, again.complained
    assert "Acknowledged 2 events" in again.said
