"""`tailrace reset`: everything of an account and region gone at once, and the emulator as good as new."""

from pathlib import Path

import pytest

from bootstrap.target import Target
from tailrace.testing.clients import Aws
from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame import leftovers, stacks
from tests.frame.pipeline import Pipeline
from tests.frame.run import Run
from tests.integration.conftest import QUICK
from tests.integration.stranger import Command, Stranger, deployed

pytestmark = pytest.mark.emulator_only


@pytest.fixture(scope="module")
def separate(moved_target: Target) -> Target:
    """Give an emulator on which no other test runs: everything on it goes."""
    return moved_target


@pytest.fixture
def command(separate: Target, tmp_path: Path) -> Command:
    """Give the command, for that emulator."""
    return Command(separate, tmp_path)


def fill(target: Target) -> None:
    """Make one thing of each kind that no stack here has."""
    name = "reset-by-hand"
    s3, sns, sqs = target.client("s3"), target.client("sns"), target.client("sqs")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="a/b", Body=b"kept")
    topic = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:000000000000:{name}")
    sqs.create_queue(QueueName=name)
    events = target.client("events")
    events.put_rule(Name=name, ScheduleExpression="rate(1 minute)")
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": topic}])
    target.client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}")
    target.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    target.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody='{"widgets": []}')


def test_nothing_remains(command: Command, separate: Target, run: Run) -> None:
    """Under traffic all kinds of things of two stacks are gone at once; other regions stay."""
    elsewhere = Aws(separate.endpoint or "", "eu-west-1")
    elsewhere("kinesis").create_stream(StreamName="elsewhere", ShardCount=1)
    with (
        stacks.deployed(run, separate, "reset", QUICK) as stack,
        deployed(separate, f"{run.prefix}-other") as other,
    ):
        pipeline = Pipeline(separate, stack)
        fill(separate)
        pipeline.put(Put(b'{"n": %d}' % n, key=f"k-{n}") for n in range(100))
        other.put(*({"id": f"r-{n}"} for n in range(100)))
        assert {each.split()[0] for each in leftovers.find(separate, "")} >= {
            "stack", "stream", "table", "function", "mapping", "queue", "alarm", "log", "role", "bucket",
            "topic", "subscription", "rule", "dashboard",
        }  # fmt: skip
        assert command("reset", "--yes").returncode == 0
        assert leftovers.find(separate, "") == []
        cloudwatch = separate.client("cloudwatch")
        assert cloudwatch.list_metrics()["Metrics"] == []
    assert elsewhere("kinesis").list_streams()["StreamNames"] == ["elsewhere"]
    elsewhere("kinesis").delete_stream(StreamName="elsewhere")


def test_at_once_as_good_as_new(command: Command, separate: Target, run: Run) -> None:
    """A reset takes less than a second, and then the same stack is deployed at once and works."""
    name, took = f"{run.prefix}-again", []
    for time_of in range(3):
        with deployed(separate, name) as made:
            made.put({"id": f"r-{time_of}"})
            made.wait_for([f"r-{time_of}"])
            assert made.seen() == {f"r-{time_of}": 1}
            took.append(command.json("reset", "--yes")["seconds"])
            _gone(made)
    assert min(took) < 1, took


def _gone(made: Stranger) -> None:
    found = leftovers.find(made.target, made.name)
    assert found == []
    eventually(lambda: leftovers.find(made.target, made.name) == [], within=2, what="nothing comes back")


def test_it_asks(command: Command, separate: Target) -> None:
    """Without --yes a question is asked, and no answer is a no; an account that is none is refused."""
    separate.client("sqs").create_queue(QueueName="asked")
    done = command("reset", given="n\n")
    assert (done.returncode, "Remove everything of account 000000000000" in done.stderr) == (130, True)
    assert leftovers.find(separate, "asked") == ["queue asked"]
    refused = command("reset", "--yes", "--account", "mine")
    assert (refused.returncode, "expected an account of twelve digits" in refused.stderr) == (1, True)
    assert command("reset", "--yes").returncode == 0
    assert leftovers.find(separate, "") == []
