"""Promise 4: what keeps failing is retried, then set aside to be replayed; the alarm goes off."""

import re
from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest

from tailrace.testing.audit import Acknowledged
from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame import samples
from tests.frame.pipeline import Pipeline
from tests.frame.variants import variant
from tests.integration.conftest import MakePipeline

pytestmark = pytest.mark.anywhere

RETRIES = 2

# Fails as long as the key of a record in the batch asks for it: by an exception, or by naming it as failed.
FAILS = """
from handler.original import lambda_handler as settle


def lambda_handler(event, context):
    keys = [record["kinesis"]["partitionKey"] for record in event["Records"]]
    if any(key.endswith("!raise") for key in keys):
        raise RuntimeError("as the record asks")
    for index, key in enumerate(keys):
        if key.endswith("!report"):
            before = {"Records": event["Records"][:index]}
            answer = settle(before, context) if index else {"batchItemFailures": []}
            named = [{"itemIdentifier": event["Records"][index]["kinesis"]["sequenceNumber"]}]
            return {"batchItemFailures": answer["batchItemFailures"] or named}
    return settle(event, context)
"""


@pytest.fixture(scope="module")
def failing(make_pipeline: MakePipeline) -> Pipeline:
    """Give a pipeline whose handler fails where a record asks for it; two retries."""
    return make_pipeline("failing", code=variant(FAILS), SHARDS="1", RETRY_ATTEMPTS=str(RETRIES))


def letter_of(pipeline: Pipeline, record: Acknowledged) -> dict[str, Any]:
    """Return the one dead letter that begins with a record."""
    number = record.sequence_number
    found = [
        each for each in pipeline.dead_letters() if each["KinesisBatchInfo"]["startSequenceNumber"] == number
    ]
    (letter,) = found
    return deepcopy(letter)


def put_between_good_ones(pipeline: Pipeline, how: str, name: str) -> Acknowledged:
    """Put a record that fails in the given way between twenty good ones; return it, once all is settled."""
    puts, bad = samples.fresh(20, name), samples.one(f"bad-{name}!{how}")
    records = pipeline.put([*puts[:10], bad, *puts[10:]])
    pipeline.settle().check()
    return records[10]


def test_a_batch_is_cut_down_to_the_record_that_makes_it_fail(failing: Pipeline) -> None:
    """Where the function raises, the one record is set aside after its retries; all others are stored."""
    record = put_between_good_ones(failing, "raise", "cut")
    sent = [put.element for put in failing.acknowledged if put.partition_key == "cut"]
    assert [item["eventId"] for item in failing.items("cut")] == sent
    assert len(sent) == 20
    letter = letter_of(failing, record)
    assert letter["responseContext"]["functionError"] == "Unhandled"
    assert letter["requestContext"]["approximateInvokeCount"] == RETRIES + 1
    assert letter["KinesisBatchInfo"]["batchSize"] == 1


def test_what_the_function_names_is_set_aside_with_the_rest_of_its_batch(failing: Pipeline) -> None:
    """A record that is named as failed ends its batch there: what is before it is stored, it is set aside."""
    record = put_between_good_ones(failing, "report", "report")
    stored = [item["eventId"] for item in failing.items("report")]
    assert stored[:10] == [put.element for put in failing.acknowledged if put.partition_key == "report"][:10]
    letter = letter_of(failing, record)
    assert letter["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": None,
    }
    assert letter["requestContext"]["approximateInvokeCount"] == RETRIES + 1
    assert len(stored) + letter["KinesisBatchInfo"]["batchSize"] == 21


def test_the_dead_letter_is_awss_message(failing: Pipeline) -> None:
    """The message has exactly the keys that AWS sends, and says which records it is about."""
    record = put_between_good_ones(failing, "raise", "awss")
    letter = letter_of(failing, record)
    request, batch = letter.pop("requestContext"), letter.pop("KinesisBatchInfo")
    assert set(letter.pop("responseContext")) == {"statusCode", "executedVersion", "functionError"}
    sent = letter.pop("timestamp")
    assert letter == {"version": "1.0"}
    function = failing.lambdas.get_function_configuration(FunctionName=failing["FunctionName"])
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", request.pop("requestId"))
    assert request == {
        "functionArn": function["FunctionArn"],
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": RETRIES + 1,
    }
    arrived = batch.pop("approximateArrivalOfFirstRecord")
    assert batch == {
        "shardId": record.shard_id,
        "startSequenceNumber": record.sequence_number,
        "endSequenceNumber": record.sequence_number,
        "approximateArrivalOfLastRecord": arrived,
        "batchSize": 1,
        "streamArn": failing["StreamArn"],
    }
    for moment in (sent, arrived):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment)
    assert datetime.fromisoformat(arrived) < datetime.fromisoformat(sent)


def test_what_was_set_aside_can_be_replayed(failing: Pipeline) -> None:
    """A dead letter says where the record stands: read there and put under another key, it is stored."""
    record = put_between_good_ones(failing, "raise", "replay")
    letter = letter_of(failing, record)
    batch = letter["KinesisBatchInfo"]
    iterator = failing.kinesis.get_shard_iterator(
        StreamName=failing["StreamName"],
        ShardId=batch["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        StartingSequenceNumber=batch["startSequenceNumber"],
    )["ShardIterator"]
    found = failing.kinesis.get_records(ShardIterator=iterator, Limit=1)["Records"][0]
    assert found["Data"] == record.content
    assert found["SequenceNumber"] == record.sequence_number
    failing.put([Put(found["Data"], "fixed", record.element)])
    failing.settle().check()
    assert failing.item(record.element)["partitionKey"] == "fixed"


def test_the_alarm_goes_off(failing: Pipeline) -> None:
    """A function that fails raises the alarm on errors, and the one on throttling stays as it was."""
    put_between_good_ones(failing, "raise", "alarm")
    alarm = eventually(lambda: _alarm(failing, "ErrorsAlarmName", "ALARM"), within=120 * failing.patience)
    assert "threshold" in alarm["StateReason"].lower()
    assert _alarm(failing, "ThrottlingAlarmName", "ALARM") is None


def _alarm(pipeline: Pipeline, output: str, state: str) -> Any:  # noqa: ANN401  boto3's description of an alarm
    found = pipeline.cloudwatch.describe_alarms(AlarmNames=[pipeline[output]])["MetricAlarms"]
    return next((alarm for alarm in found if alarm["StateValue"] == state), None)
