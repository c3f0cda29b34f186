"""Faults of LocalStack's own switches: what Kinesis answers, and promises 1, 2 and 4 under throttling."""

import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame import samples
from tests.frame.pipeline import Pipeline
from tests.frame.run import Run
from tests.integration.conftest import MakePipeline
from tests.integration.test_kinesis_emulated import stream_on
from tests.integration.test_producer import Producer

pytestmark = pytest.mark.emulator_only

KINESIS, DYNAMODB = "KINESIS_ERROR_PROBABILITY", "DYNAMODB_WRITE_ERROR_PROBABILITY"
LEFT = "The rest of the batch is left for another delivery"


@pytest.fixture(scope="module")
def throttled(faulty_target: Target, make_pipeline: MakePipeline) -> Pipeline:
    """Give a pipeline on the emulator with the faults; small batches, so that many calls are hit."""
    return make_pipeline("faults", on=faulty_target, SHARDS="1", BATCH_SIZE="10")


@pytest.fixture
def faults(faulty_target: Target) -> Iterator[Target]:
    """Switch all faults off again, whatever became of the test."""
    yield faulty_target
    for variable in (KINESIS, DYNAMODB):
        switch(faulty_target, variable, 0)


def switch(target: Target, variable: str, probability: float) -> None:
    """Set the probability of a fault, at run time."""
    connection = HTTPConnection(urlsplit(target.endpoint or "").netloc, timeout=60)
    body = json.dumps({"variable": variable, "value": probability})
    connection.request("POST", "/_localstack/config", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    assert json.loads(answer.read())["value"] == probability
    connection.close()


def test_the_producer_sends_again_what_is_refused(
    throttled: Pipeline, faults: Target, run: Run, tmp_path: Path
) -> None:
    """The producer's command comes to its end with every event acknowledged, and each is stored once."""
    switch(faults, KINESIS, 0.25)
    producer = Producer(run, throttled, tmp_path)
    try:
        done = producer.run(COUNT="400", SEED="7")
    finally:
        producer.end()
    assert done.code == 0, done
    again = re.search(r"Retries: (\d+)", done.said)
    assert again, done.said
    assert int(again[1]) > 50, "a quarter of 533 tries is to be refused"
    acknowledged = producer.acknowledged()
    assert len({one.element for one in acknowledged}) == 400
    throttled.acknowledged += acknowledged
    throttled.settle(published=False).check()


def test_an_outage_of_the_table(throttled: Pipeline, faults: Target) -> None:
    """While every write is refused, batches are given back; then, with some refused, all is stored in order.

    Each is counted once. Deleting a receipt may fail for good meanwhile, so receipts are not waited for.
    """
    before = throttled.metric("EventsProcessed").total
    given_back = sum(LEFT in line for line in throttled.log())
    switch(faults, DYNAMODB, 1)
    puts = samples.fresh(40, lambda n: f"outage-{n % 5}")
    throttled.put(puts)
    eventually(lambda: sum(LEFT in line for line in throttled.log()) > given_back, within=120)
    assert throttled.items("outage-") == []
    switch(faults, DYNAMODB, 0.3)
    throttled.settle(within=120, published=False).check()
    stored = throttled.items("outage-")
    assert len(stored) == 40
    for key in range(5):
        mine = [item["eventId"] for item in stored if item["partitionKey"] == f"outage-{key}"]
        assert mine == [put.element for put in puts[key::5]]
    eventually(lambda: throttled.metric("EventsProcessed").total == before + 40, within=60)
    assert throttled.dead_letters() == []


def test_a_fault_fails_entries_of_a_request(faults: Target, run: Run, worker_id: str) -> None:
    """KINESIS_ERROR_PROBABILITY fails that share of the entries, in AWS's words, and stores the others."""
    name = f"{run.prefix}-fault-{worker_id}"
    with stream_on(faults, name, shards=1) as kinesis:
        switch(faults, KINESIS, 0.25)
        answers = [
            kinesis.put_records(
                StreamName=name,
                Records=[{"Data": b"%d" % number, "PartitionKey": "a"} for number in range(500)],
            )
            for _ in range(4)
        ]
        switch(faults, KINESIS, 0)
        entries = [entry for answer in answers for entry in answer["Records"]]
        failed = [entry for entry in entries if "ErrorCode" in entry]
        for answer in answers:  # 125 of each request expected, with a deviation of 10
            assert 60 < answer["FailedRecordCount"] < 190
            assert answer["FailedRecordCount"] == sum("ErrorCode" in entry for entry in answer["Records"])
        assert {(entry["ErrorCode"], entry["ErrorMessage"]) for entry in failed} == {
            (
                "ProvisionedThroughputExceededException",
                (
                    f"Rate exceeded for shard shardId-000000000000 in stream {name}"
                    f" under account {faults.account}."
                ),
            )
        }
        iterator = kinesis.get_shard_iterator(StreamName=name, ShardId="0", ShardIteratorType="TRIM_HORIZON")[
            "ShardIterator"
        ]
        stored = kinesis.get_records(ShardIterator=iterator)["Records"]
        assert [record["SequenceNumber"] for record in stored] == [
            entry["SequenceNumber"] for entry in entries if "ErrorCode" not in entry
        ]


def test_a_fault_fails_a_single_record(faults: Target, run: Run, worker_id: str) -> None:
    """PutRecord under a fault answers 400, and works again without it."""
    name = f"{run.prefix}-fault-{worker_id}"
    with stream_on(faults, name, shards=1) as kinesis:
        switch(faults, KINESIS, 1)
        with pytest.raises(ClientError) as caught:
            kinesis.put_record(StreamName=name, Data=b"", PartitionKey="a")
        switch(faults, KINESIS, 0)
        assert caught.value.response["Error"]["Code"] == "ProvisionedThroughputExceededException"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert kinesis.put_record(StreamName=name, Data=b"", PartitionKey="a")["SequenceNumber"]
