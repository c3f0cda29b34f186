"""Promises 1 and 2 when the handler is killed in the middle of a batch: SIGKILL, at a chosen call to AWS."""

import pytest

from tailrace.testing.audit import Acknowledged
from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame import reading, samples
from tests.frame.pipeline import Pipeline
from tests.frame.variants import variant
from tests.integration.conftest import MakePipeline

pytestmark = pytest.mark.anywhere

BATCH = 110  # more than one transaction holds

# Kills its own process once for each key that asks for it (NAME!MOMENT!OPERATION!N), before or after the N-th
# call of a kind to AWS. That it did is written to the ledger first, so that it does not do it again.
DIES = """
import os, signal

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from handler.original import lambda_handler as settle

ledger, table, made, wish = boto3.client("dynamodb"), os.environ["LEDGER_TABLE"], {}, []
send = BaseClient._make_api_call


def die_if_asked(moment, operation):
    if wish[1:] != [moment, operation, str(made.get(operation, 0))]:
        return
    item = {"pk": {"S": "killed#" + "!".join(wish)}, "sk": {"S": "killed"}}
    once = "attribute_not_exists(pk)"
    try:
        send(ledger, "PutItem", {"TableName": table, "Item": item, "ConditionExpression": once})
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
    else:
        os.kill(os.getpid(), signal.SIGKILL)


def call(self, operation, parameters):
    made[operation] = made.get(operation, 0) + 1
    die_if_asked("before", operation)
    answer = send(self, operation, parameters)
    die_if_asked("after", operation)
    return answer


BaseClient._make_api_call = call


def lambda_handler(event, context):
    made.clear(), wish.clear()
    for record in event["Records"]:
        wish[:] = record["kinesis"]["partitionKey"].split("!")
    return settle(event, context)
"""


@pytest.fixture(scope="module")
def mortal(make_pipeline: MakePipeline) -> Pipeline:
    """Give a pipeline whose handler dies where a record asks for it; a batch holds all that is put."""
    return make_pipeline(
        "killed", code=variant(DIES), SHARDS="1", BATCH_SIZE="200", BATCH_WINDOW="1", RETRY_ATTEMPTS="10"
    )


def put_a_batch(pipeline: Pipeline, when: str, *, bad_every: int = BATCH + 1) -> str:
    """Put a batch that has the handler killed once; return its partition key."""
    moment, _, nth, operation = when.split()
    key = f"{when.replace(' ', '-')}!{moment}!{operation}!{nth[0]}"
    good = iter(samples.fresh(BATCH, key))
    pipeline.put(Put(b"bad", key) if n % bad_every == bad_every - 1 else next(good) for n in range(BATCH))
    return key


def counts(pipeline: Pipeline) -> tuple[float, float]:
    """Read how many events were counted as processed, and as rejected."""
    return pipeline.metric("EventsProcessed").total, pipeline.metric("EventsRejected").total


def has_died(pipeline: Pipeline, name: str) -> bool:
    """Tell whether the handler noted that it was about to die for this batch."""
    book = reading.scan(pipeline.dynamodb, pipeline["LedgerTableName"])
    return f"killed#{name}" in {entry["pk"] for entry in book}


@pytest.mark.parametrize(
    "when",
    [
        "before the 1st TransactWriteItems",
        "after the 1st TransactWriteItems",
        "before the 2nd TransactWriteItems",
        "after the 2nd TransactWriteItems",
        "before the 1st SendMessageBatch",
    ],
)
def test_a_killed_handler_loses_and_doubles_nothing(mortal: Pipeline, when: str) -> None:
    """Whatever the handler had done when it was killed: all is stored and counted once, in order."""
    counted, rejected = counts(mortal)
    name = put_a_batch(mortal, when, bad_every=50)
    mortal.settle(within=120).check()
    assert has_died(mortal, name)
    stored = [item["eventId"] for item in mortal.items(name)]
    assert stored == [put.element for put in mortal.acknowledged if put.partition_key == name and _good(put)]
    assert len(stored) == BATCH - BATCH // 50
    wanted = (counted + len(stored), rejected + BATCH - len(stored))
    eventually(lambda: counts(mortal) == wanted, within=60 * mortal.patience)
    assert mortal.dead_letters() == []


def test_metrics_that_a_killed_handler_owes_are_published(mortal: Pipeline) -> None:
    """Killed when all is stored and nothing is counted: the next delivery counts it, once."""
    counted, rejected = counts(mortal)
    name = put_a_batch(mortal, "before the 1st PutMetricData")
    mortal.settle(within=120).check()
    assert has_died(mortal, name)
    eventually(lambda: counts(mortal) == (counted + BATCH, rejected), within=60 * mortal.patience)


def test_the_function_was_killed_indeed(mortal: Pipeline) -> None:
    """Lambda says that the runtime ended by a signal, and counts the invocation as an error."""
    mortal.put([samples.one("indeed!before!TransactWriteItems!1")])
    mortal.settle().check()
    assert any("signal: killed" in line for line in mortal.log())
    errors = reading.Series("AWS/Lambda", "Errors", {"FunctionName": mortal["FunctionName"]})
    eventually(lambda: reading.metric(mortal.cloudwatch, errors).total >= 1, within=60 * mortal.patience)


def test_a_refused_record_may_be_told_of_twice(mortal: Pipeline) -> None:
    """Killed between its messages and the note that they are out, they go out again; none is lost."""
    name = put_a_batch(mortal, "after the 1st SendMessageBatch", bad_every=50)
    mortal.settle(within=120)
    assert has_died(mortal, name)

    def reported() -> list[str]:
        return [one.message["sequenceNumber"] for one in mortal.quarantined() if _key(one) == name]

    eventually(lambda: sorted(reported()) == sorted(2 * list(set(reported()))), within=60 * mortal.patience)
    verdict = mortal.verdict()
    assert {str(double) for double in verdict.doubled} == {
        f"{number}: quarantined 2 times, sequence number {number}" for number in reported()
    }
    assert len(reported()) == 2 * (BATCH // 50)
    assert not verdict.lost
    assert not verdict.disordered


def _good(put: Acknowledged) -> bool:
    return put.content != b"bad"


def _key(one: reading.QuarantinedRecord) -> str:
    key: str = one.message["partitionKey"]
    return key
