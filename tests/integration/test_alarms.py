"""Each alarm goes from OK to ALARM and back, and says so through the topic to whoever listens.

All are raised at the same time, by what each is for.
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bootstrap.package import detector_files, pack
from bootstrap.target import Target
from handler.once.totals import MINUTE, place
from tailrace.moving import EmulatorClock
from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame import stacks
from tests.frame.events import event
from tests.frame.listening import Listener, listening
from tests.frame.pipeline import Pipeline
from tests.frame.run import Run
from tests.frame.variants import variant
from tests.integration.alarms import ABOVE_ZERO
from tests.integration.conftest import MakePipeline
from tests.integration.test_promises_dead_letter import FAILS
from tests.integration.test_promises_faults import DYNAMODB, KINESIS, switch

pytestmark = pytest.mark.emulator_only

STEP = 5.0
"""Seconds by which time is moved on while a test waits for an alarm: half a period."""
RAISED = (
    "ErrorsAlarm",
    "LagAlarm",
    "DeadLettersAlarm",
    "RejectedAlarm",
    "StreamThrottlingAlarm",
    "SilenceAlarm",
    "AnomaliesAlarm",
    "DetectorErrorsAlarm",
    "ThrottlingAlarm",
)
FAILING_DETECTOR = """
from detector.original import lambda_handler as look


def lambda_handler(event, context):
    if "fail" in event:
        raise RuntimeError("as the event asks")
    return look(event, context)
"""


@dataclass
class Heard:
    """What the topic's listener was told."""

    pipeline: Pipeline
    listener: Listener
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    """Alarm, old and new state."""
    others: list[str] = field(default_factory=list)
    """Messages that are no alarm's."""

    def listen(self) -> None:
        """Take what has come."""
        for text in self.listener.heard():
            self._note(text)

    def _note(self, text: str) -> None:
        try:
            said = json.loads(text)
            self.changes.append((said["AlarmName"], said["OldStateValue"], said["NewStateValue"]))
        except (ValueError, KeyError):
            self.others.append(text)

    def wait(self, alarm: str, old: str, new: str) -> None:
        """Wait until an alarm was told to go from one state to another."""
        name = self.pipeline[f"{alarm}Name"]
        clock = EmulatorClock(self.pipeline.target.endpoint or "")

        def notified() -> bool:
            """Be told that the alarm changed."""
            self.listen()
            if (name, old, new) not in self.changes:
                clock.advance(STEP)
            assert (name, old, new) in self.changes, self.changes
            return True

        eventually(notified, within=150, every=0.5)


@pytest.fixture(scope="module")
def alarmed(faulty_target: Target, make_pipeline: MakePipeline) -> Iterator[Heard]:
    """Give a pipeline whose alarms look at ten seconds, and a listener to its topic."""
    files = detector_files()
    original = {"detector/original.py": files["detector/entry.py"]}
    detector = pack(files | original | {"detector/entry.py": FAILING_DETECTOR.encode()})
    pipeline = make_pipeline(
        "alarms",
        on=faulty_target,
        code=variant(FAILS)._replace(detector=detector),
        SHARDS="1",
        RETRY_ATTEMPTS="0",
        ALARM_PERIOD="10",
        ALARM_LAG="1500",
        ALARM_REJECTED="3",
        ALARM_EMAIL="somebody@example.org",
    )
    with listening(pipeline) as listener:
        yield Heard(pipeline, listener)


@pytest.fixture(scope="module")
def well(alarmed: Heard) -> Heard:
    """Wait until every alarm is OK: all have been judged, and an event has come."""
    pipeline = alarmed.pipeline

    def judged() -> bool:
        """Judge all alarms as OK."""
        pipeline.put([event(f"well-{datetime.now(UTC).timestamp()}")])
        found = pipeline.cloudwatch.describe_alarms()["MetricAlarms"]
        states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}
        assert set(states.values()) == {"OK"}, states
        return True

    eventually(judged, within=120, every=2)
    return alarmed


@pytest.fixture(scope="module")
def raised(well: Heard) -> Heard:
    """Do what each alarm is for, all at once, and let silence follow."""
    pipeline = well.pipeline
    _refuse_records(pipeline.target, pipeline)
    pipeline.put(Put(b"not json", f"bad-{n}") for n in range(5))
    _let_records_wait(pipeline)
    pipeline.put([event("raises", key="raises!raise")])
    _seed_history(pipeline)
    for payload in (b"{}", b'{"fail": true}'):
        pipeline.lambdas.invoke(FunctionName=pipeline["DetectorName"], Payload=payload)
    _throttle_writes(pipeline)
    return well


def _refuse_records(target: Target, pipeline: Pipeline) -> None:
    switch(target, KINESIS, 0.5)
    try:
        assert pipeline.try_to_put(event(f"refused-{n}") for n in range(20)).refused
    finally:
        switch(target, KINESIS, 0)


def _let_records_wait(pipeline: Pipeline) -> None:
    """Stop the mapping, put, and go on three seconds later."""
    client, uuid = pipeline.lambdas, pipeline["MappingId"]

    def state(wanted: str) -> None:
        eventually(lambda: client.get_event_source_mapping(UUID=uuid)["State"] == wanted, within=60)

    client.update_event_source_mapping(UUID=uuid, Enabled=False)
    state("Disabled")
    since = datetime.now(UTC)
    pipeline.put([event("waits")])
    eventually(lambda: datetime.now(UTC) - since > timedelta(seconds=3), within=60)
    client.update_event_source_mapping(UUID=uuid, Enabled=True)
    state("Enabled")


def _seed_history(pipeline: Pipeline) -> None:
    """Write half an hour of even totals, and a last finished minute of ten times as many events."""
    last = datetime.now(UTC).replace(second=0, microsecond=0) - 2 * MINUTE
    for ago in range(30):
        pk, sk = place("shardId-000000000000", int((last - ago * MINUTE).timestamp()) // 60)
        count = 200 + ago % 7 if ago else 2000
        item = {"pk": {"S": pk}, "sk": {"S": sk}, "events": {"N": str(count)}}
        pipeline.dynamodb.put_item(TableName=pipeline["LedgerTableName"], Item=item)


def _throttle_writes(pipeline: Pipeline) -> None:
    """Have DynamoDB refuse transactions, until it has counted one."""

    def counted() -> bool:
        """See a transaction in DynamoDB's own metric."""
        found = pipeline.cloudwatch.list_metrics(Namespace="AWS/DynamoDB", MetricName="ThrottledRequests")
        return bool(found["Metrics"])

    switch(pipeline.target, DYNAMODB, 1)
    try:
        pipeline.put([event("throttled")])
        eventually(counted, within=60)
    finally:
        switch(pipeline.target, DYNAMODB, 0)


@pytest.fixture(scope="module")
def calmed(raised: Heard) -> Heard:
    """Take the dead letters away, and end the silence."""
    assert raised.pipeline.dead_letters()
    raised.pipeline.put([event("back")])
    return raised


@pytest.mark.parametrize("alarm", RAISED)
def test_an_alarm_begins(raised: Heard, alarm: str) -> None:
    """What the alarm is for happens, and the topic's listener is told that it begins."""
    raised.wait(alarm, "OK", "ALARM")


@pytest.mark.parametrize("alarm", RAISED)
def test_an_alarm_ends(calmed: Heard, alarm: str) -> None:
    """It happens no more, and the topic's listener is told that the alarm ends."""
    calmed.wait(alarm, "ALARM", "OK")


def test_an_anomaly_is_told_of_once(calmed: Heard) -> None:
    """The detector's own message came by the same way, once, though it looks again; it says what it saw."""
    pipeline = calmed.pipeline
    pipeline.lambdas.invoke(FunctionName=pipeline["DetectorName"], Payload=b"{}")
    calmed.listen()
    spikes = [message for message in calmed.others if message.startswith("Many more events")]
    assert len(spikes) == 1, calmed.others
    assert "2,000" in spikes[0]


def test_teardown_takes_all_of_it(calmed: Heard, run: Run) -> None:
    """With the stack its topic, the address's subscription, the rule and the dashboard are gone."""
    pipeline = calmed.pipeline
    sns = pipeline.target.client("sns")
    protocols = {found["Protocol"] for found in sns.list_subscriptions()["Subscriptions"]}
    assert protocols == {"email", "sqs"}
    stacks.destroy(run, pipeline.target, pipeline.stack.name)
    assert sns.list_topics()["Topics"] == []
    # The listener is the test's own, and LocalStack keeps it without its topic.
    assert {found["Protocol"] for found in sns.list_subscriptions()["Subscriptions"]} == {"sqs"}
    assert pipeline.target.client("events").list_rules()["Rules"] == []
    assert pipeline.cloudwatch.list_dashboards()["DashboardEntries"] == []


LATEST: dict[str, tuple[list[float | None], str]] = {
    "over": ([9, 9, 9, 0, 0], "OK"),
    "now and then": ([9, 0, 9, 0, 9], "OK"),
    "begun": ([0, 0, 9, 9, 9], "ALARM"),
    "one is missing": ([9, 9, None, 9], "ALARM"),
}
"""What was seen in the last minutes, and what three periods of three make of it."""


@pytest.fixture(scope="module")
def judging(target: Target, run: Run) -> Iterator[dict[str, str]]:
    """Give an alarm's name for each case: all are judged at the same time."""
    cloudwatch, middle = target.client("cloudwatch"), datetime.now(UTC) - MINUTE / 2
    names = {case: f"{run.prefix}-latest-{secrets.token_hex(3)}" for case in LATEST}
    for case, name in names.items():
        values, _ = LATEST[case]
        for back, value in enumerate(reversed(values)):
            if value is not None:
                at = middle - MINUTE * back
                cloudwatch.put_metric_data(
                    Namespace=name, MetricData=[{"MetricName": "Seen", "Value": value, "Timestamp": at}]
                )
        three_of_three = {**ABOVE_ZERO, "EvaluationPeriods": 3, "Threshold": 5}
        cloudwatch.put_metric_alarm(
            AlarmName=name, Namespace=name, MetricName="Seen", Period=60, **three_of_three
        )
    yield names
    cloudwatch.delete_alarms(AlarmNames=list(names.values()))


@pytest.mark.parametrize("case", LATEST)
def test_the_latest_periods_are_judged(target: Target, judging: dict[str, str], case: str) -> None:
    """Three periods of three are judged: the latest, and older ones only in place of what is missing."""
    cloudwatch = target.client("cloudwatch")

    def judged() -> str:
        """Read the alarm's state, once there is one."""
        (found,) = cloudwatch.describe_alarms(AlarmNames=[judging[case]])["MetricAlarms"]
        return found["StateValue"].replace("INSUFFICIENT_DATA", "")

    _, state = LATEST[case]
    assert eventually(judged, within=25, what="the alarm's state") == state
