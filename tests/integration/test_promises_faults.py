"""Promises 1, 2 and 4 under throttling: switched on at run time, and proven to have happened."""

import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from bootstrap.target import Target
from tailrace_emulator.testing.eventually import eventually
from tests.frame import emulators, stacks
from tests.frame.events import event
from tests.frame.pipeline import Pipeline
from tests.frame.run import Run
from tests.integration.conftest import MakePipeline

pytestmark = pytest.mark.emulator_only

EMULATOR = "faults"
KINESIS, DYNAMODB = "KINESIS_ERROR_PROBABILITY", "DYNAMODB_WRITE_ERROR_PROBABILITY"
LEFT = "The rest of the batch is left for another delivery"
THROTTLED_WRITE = re.compile(r"AWS dynamodb\.TransactWriteItems => 400 \(ProvisionedThroughputExceeded")


@pytest.fixture(scope="module")
def faults_target(run: Run) -> Iterator[Target]:
    """Give an emulator of its own: faults hit everybody on it."""
    with stacks.own_emulator(run, EMULATOR) as target:
        yield target


@pytest.fixture(scope="module")
def throttled(faults_target: Target, make_pipeline: MakePipeline) -> Pipeline:
    """Give a pipeline on the emulator with the faults; small batches, so that many calls are hit."""
    return make_pipeline("faults", on=faults_target, BATCH_SIZE="10")


@pytest.fixture
def faults(faults_target: Target) -> Iterator[Target]:
    """Switch all faults off again, whatever became of the test."""
    yield faults_target
    for variable in (KINESIS, DYNAMODB):
        switch(faults_target, variable, 0)


def switch(target: Target, variable: str, probability: float) -> None:
    """Set the probability of a fault, at run time."""
    connection = HTTPConnection(urlsplit(target.endpoint or "").netloc, timeout=10)
    body = json.dumps({"variable": variable, "value": probability})
    connection.request("POST", "/_localstack/config", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    assert json.loads(answer.read())["value"] == probability
    connection.close()


def test_a_quarter_of_the_entries_refused(throttled: Pipeline, faults: Target) -> None:
    """The stream refuses 25 % of the entries: each is put again until it is taken, and nothing is lost."""
    switch(faults, KINESIS, 0.25)
    tries = throttled.try_to_put(event(f"refused-{n}", key=f"refused-{n}") for n in range(1000))
    assert set(tries.refused) <= {"ProvisionedThroughputExceededException", "InternalFailure"}
    assert 200 < len(tries.refused) < 500, "a quarter of 1,333 tries is to be refused"
    assert len(tries.acknowledged) == 1000
    throttled.settle().check()
    assert len(throttled.items("refused-")) == 1000


def test_a_third_of_the_writes_throttled(throttled: Pipeline, faults: Target, run: Run) -> None:
    """DynamoDB refuses 30 % of the writes: batches are retried, nothing is lost or doubled, order holds.

    Deleting a receipt may fail for good then, so receipts are not waited for; the counts are exact.
    """
    before = throttled.metric("EventsProcessed").total
    met = throttled_writes(run)
    switch(faults, DYNAMODB, 0.3)
    throttled.put(event(f"throttled-{n}", key=f"throttled-{n % 25}") for n in range(300))
    throttled.settle(within=90, published=False).check()
    assert throttled_writes(run) >= met + 5
    stored = [item["eventId"] for item in throttled.items("throttled-")]
    assert len(stored) == 300
    for key in range(25):
        mine = [name for name in stored if int(name.removeprefix("throttled-")) % 25 == key]
        assert mine == [f"throttled-{n}" for n in range(key, 300, 25)]
    eventually(lambda: throttled.metric("EventsProcessed").total == before + 300, within=20)


def test_an_outage_of_the_table(throttled: Pipeline, faults: Target) -> None:
    """While every write is refused, batches are given back; after it all is stored, in order."""
    given_back = sum(LEFT in line for line in throttled.log())
    switch(faults, DYNAMODB, 1)
    throttled.put(event(f"outage-{n}", key=f"outage-{n % 5}") for n in range(40))
    eventually(lambda: sum(LEFT in line for line in throttled.log()) > given_back, within=60)
    assert throttled.items("outage-") == []
    switch(faults, DYNAMODB, 0)
    throttled.settle(within=60, published=False).check()
    assert len(throttled.items("outage-")) == 40
    assert throttled.dead_letters() == []


def throttled_writes(run: Run) -> int:
    """Count the transactions that the emulator refused, by its log."""
    return len(THROTTLED_WRITE.findall(emulators.log(run, EMULATOR)))
