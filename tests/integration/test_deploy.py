"""Deploying, changing, failing and removing: what stands afterwards, and what does not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from bootstrap import artifacts, stacks
from bootstrap.deploy import Deployed, deploy
from bootstrap.destroy import destroy
from bootstrap.errors import NotAsAsked, NotOurs, StackError
from bootstrap.package import Code, pack, pack_detector, pack_handler
from bootstrap.parameters import TEMPLATE
from bootstrap.settings import PipelineSettings
from bootstrap.stacks import Stack, StackStep
from bootstrap.target import Target
from bootstrap.verify import verify
from tests.frame import leftovers
from tests.frame import stacks as frame
from tests.frame.run import Run

pytestmark = pytest.mark.anywhere
ASKED = TEMPLATE.read_text(encoding="utf-8")
NO_SUCH_RUNTIME = ASKED.replace("Runtime: python3.13", "Runtime: python1.0")
OTHER = {"handler/__init__.py": b"", "handler/entry.py": b"def lambda_handler(event, context): ..."}
A_QUEUE = """{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}"""


def unseen(step: StackStep) -> None:
    """Take a step, and display nothing."""


class Bench:
    """One stack's name on the target, with all that may be done to it."""

    def __init__(self, target: Target, name: str) -> None:
        self.target, self.name = target, name

    def deploy(
        self,
        template: str = ASKED,
        code: Code | None = None,
        show: Callable[[StackStep], None] = unseen,
        **settings: str,
    ) -> Deployed:
        """Deploy the stack with these settings."""
        chosen = PipelineSettings.from_environment({"STACK": self.name, **settings})
        return deploy(self.target, chosen, show, template=template, code=code)

    def find(self) -> Stack | None:
        """Return the stack as it stands."""
        return stacks.find(self.target.client("cloudformation"), self.name)

    def left(self) -> list[str]:
        """Name what is there under the stack's name."""
        return leftovers.find(self.target, self.name)


@pytest.fixture
def bench(run: Run, target: Target) -> Iterator[Callable[[str], Bench]]:
    """Give a function that gives a stack's name for a purpose; whatever stands under it goes at the end."""
    with frame.named(run, target) as name:
        yield lambda purpose: Bench(target, name(purpose))


def changed_code() -> Code:
    """Return another handler's code, and the detector's as it is."""
    return Code(pack(OTHER), pack_detector())


type Make = Callable[[str], Bench]


class Made(NamedTuple):
    """A stack that several tests change, each after a `deploy()` without settings; and how it was made."""

    own: Bench
    steps: list[StackStep]
    deployed: Deployed


@pytest.fixture(scope="module")
def made(run: Run, target: Target) -> Iterator[Made]:
    """Give the stack of several tests."""
    with frame.named(run, target) as name:
        own, steps = Bench(target, name("whole")), list[StackStep]()
        yield Made(own, steps, own.deploy(show=steps.append))


def test_deploying_again(made: Made) -> None:
    """Deploying what is there already makes no change set, and no step is taken."""
    own, steps = made.own, list[StackStep]()
    assert made.deployed.changed
    first = own.deploy()
    again = own.deploy(show=steps.append)
    assert not again.changed
    assert again.stack == first.stack
    assert steps == []


def test_each_resource_is_shown_and_verified(made: Made) -> None:
    """Every resource of the template is shown as it is made, and stands as the template asks."""
    own = made.own
    shown = {step.resource for step in made.steps if step.status == "CREATE_COMPLETE"} - {own.name}
    verified = verify(own.target, own.deploy().stack, ASKED)
    assert verified.resources == len(shown)
    assert verified.properties > 5 * verified.resources


def test_the_code_s_bucket(made: Made) -> None:
    """Each function's code stands once, under its hash, in a private, encrypted bucket of the stack's own."""
    own = made.own
    own.deploy()
    own.deploy(BATCH_SIZE="7")
    s3 = own.target.client("s3")
    bucket = artifacts.bucket_name(own.target, own.name)
    stored = {entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert stored - {changed_code().handler.key} == {pack_handler().key, pack_detector().key}
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": stacks.TAG, "Value": own.name}]


def test_a_changed_setting(made: Made) -> None:
    """A changed setting changes what it says, and nothing is made anew."""
    own = made.own
    before = own.deploy().stack
    after = own.deploy(BATCH_SIZE="8", RETENTION_DAYS="3")
    assert after.changed
    assert after.stack.outputs == before.outputs
    mapping = own.target.client("lambda").get_event_source_mapping(UUID=before.outputs["MappingId"])
    assert mapping["BatchSize"] == 8
    verify(own.target, after.stack, ASKED)


def test_changed_code(made: Made) -> None:
    """Changed code is what runs afterwards, though no setting changed; the other function stays as it is."""
    own, steps = made.own, list[StackStep]()
    before = own.deploy().stack
    after = own.deploy(code=changed_code(), show=steps.append)
    assert after.changed
    assert "DetectorFunction" not in {step.resource for step in steps}
    assert after.stack.outputs == before.outputs
    assert after.stack.parameters["CodeKey"] == changed_code().handler.key
    verify(own.target, after.stack, ASKED)


def test_a_changed_template(made: Made) -> None:
    """A changed template is taken over: each kind of resource that it changes is verified afterwards."""
    own = made.own
    own.deploy()
    changed = (
        ASKED.replace("RetentionInDays: 14", "RetentionInDays: 7")
        .replace("Threshold: 1", "Threshold: 2")
        .replace("RetentionPeriodHours: 24", "RetentionPeriodHours: 48")
        .replace("dynamodb:UpdateItem", "dynamodb:DeleteItem")
        .replace("MessageRetentionPeriod: 1209600", "MessageRetentionPeriod: 86400")
        .replace("MemorySize: 512", "MemorySize: 256")
        .replace("MaximumRetryAttempts: 0", "MaximumRetryAttempts: 1")
        .replace("rate(1 minute)", "rate(2 minutes)")
    )
    after = own.deploy(changed)
    verify(own.target, after.stack, changed)


def test_a_stack_that_cannot_be_made(bench: Make) -> None:
    """What cannot be made says which resource failed and why, and nothing of it is left."""
    own = bench("broken")
    with pytest.raises(StackError) as failed:
        own.deploy(NO_SUCH_RUNTIME)
    assert "could not be made, and was deleted again. Function (AWS::Lambda::Function): " in str(failed.value)
    assert "python1.0" in str(failed.value)
    assert own.left() == []


def test_a_stack_that_cannot_be_changed(bench: Make) -> None:
    """A change that fails says what failed and why; all stands as it did, and can be changed again."""
    own = bench("undone")
    before = own.deploy().stack
    changed = NO_SUCH_RUNTIME.replace("RetentionInDays: 14", "RetentionInDays: 7")
    with pytest.raises(StackError) as failed:
        own.deploy(changed, BATCH_SIZE="7")
    assert "could not be changed; it is UPDATE_ROLLBACK_COMPLETE. Function (AWS::" in str(failed.value)
    after = own.find()
    assert after is not None
    assert (after.outputs, after.parameters) == (before.outputs, before.parameters)
    verify(own.target, after, ASKED)
    verify(own.target, own.deploy(BATCH_SIZE="7").stack, ASKED)


def test_a_change_that_cannot_be_undone(bench: Make) -> None:
    """Where undoing fails too, what failed first is said, and the way out; destroying leaves nothing."""
    own = bench("stuck")
    own.deploy()
    own.target.client("s3").delete_object(
        Bucket=artifacts.bucket_name(own.target, own.name), Key=pack_handler().key
    )
    changed = ASKED.replace("InSeconds: !Ref BatchWindow", "InSeconds: 999")
    with pytest.raises(StackError) as failed:
        own.deploy(changed, code=changed_code())
    assert "could not be changed; it is UPDATE_ROLLBACK_FAILED. Mapping (AWS::" in str(failed.value)
    with pytest.raises(StackError, match="and so did undoing it"):
        own.deploy()
    destroy(own.target, own.name, unseen)
    assert own.left() == []


def test_a_template_that_is_none(bench: Make) -> None:
    """A template that CloudFormation does not take at all leaves nothing behind either."""
    own = bench("none")
    with pytest.raises(StackError, match="CloudFormation does not take the template"):
        own.deploy(ASKED.replace("!GetAtt Stream.Arn", "!GetAtt River.Arn"))
    assert own.left() == []


def test_going_on_after_an_interruption(bench: Make) -> None:
    """What was interrupted while the stack was being made is waited for: by the next one, and by its end."""
    own = bench("interrupted")

    def interrupt(step: StackStep) -> None:
        raise KeyboardInterrupt(step.resource)

    with pytest.raises(KeyboardInterrupt):
        own.deploy(show=interrupt)
    assert own.deploy().stack.status == "CREATE_COMPLETE"
    with pytest.raises(KeyboardInterrupt):
        own.deploy(show=interrupt, BATCH_SIZE="7")
    assert destroy(own.target, own.name, unseen)
    assert own.left() == []


def test_what_was_never_executed(bench: Make) -> None:
    """A deployment that was ended before its change set was executed is cleared away by the next."""
    own = bench("early")
    early = own.target.client("cloudformation").create_change_set(
        StackName=own.name,
        ChangeSetName="tailrace-early",
        ChangeSetType="CREATE",
        TemplateBody=A_QUEUE,
        Tags=[{"Key": stacks.TAG, "Value": own.name}],
    )
    deployed = own.deploy()
    assert deployed.stack.arn != early["StackId"]
    verify(own.target, deployed.stack, ASKED)


@contextmanager
def somebody_else_s_stack(target: Target, name: str) -> Iterator[None]:
    """Make a stack that Tailrace did not make."""
    cloudformation = target.client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=A_QUEUE)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    try:
        yield
    finally:
        cloudformation.delete_stack(StackName=name)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def test_somebody_else_s_stack(bench: Make) -> None:
    """A stack that Tailrace did not make is neither changed nor removed."""
    own = bench("theirs")
    with somebody_else_s_stack(own.target, own.name):
        with pytest.raises(NotOurs, match="that Tailrace did not make"):
            own.deploy()
        with pytest.raises(NotOurs, match="that Tailrace did not make"):
            destroy(own.target, own.name, unseen)


def test_somebody_else_s_bucket(bench: Make) -> None:
    """A bucket of that name which is not the stack's is neither filled nor removed."""
    own = bench("pail")
    s3, bucket = own.target.client("s3"), artifacts.bucket_name(own.target, own.name)
    if own.target.region == "us-east-1":
        s3.create_bucket(Bucket=bucket)
    else:
        where = {"LocationConstraint": own.target.region}
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)  # type: ignore[arg-type]
    try:
        with pytest.raises(NotOurs, match="is not this stack's own"):
            own.deploy()
        with pytest.raises(NotOurs, match="is not this stack's own"):
            destroy(own.target, own.name, unseen)
    finally:
        s3.delete_bucket(Bucket=bucket)


def test_somebody_else_s_table(bench: Make) -> None:
    """A table that stands in the way is named, and is still there when the failed stack is gone."""
    own = bench("table")
    dynamodb, table = own.target.client("dynamodb"), f"{own.name}-results"
    dynamodb.create_table(
        TableName=table,
        AttributeDefinitions=[{"AttributeName": "own", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "own", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
    try:
        with pytest.raises(StackError, match=r"deleted again\. Results \(AWS::DynamoDB::Table\): "):
            own.deploy()
        assert own.left() == [f"table {table}"]
        found = dynamodb.describe_table(TableName=table)["Table"]
        assert found["KeySchema"] == [{"AttributeName": "own", "KeyType": "HASH"}]
    finally:
        dynamodb.delete_table(TableName=table)
        dynamodb.get_waiter("table_not_exists").wait(TableName=table, WaiterConfig={"Delay": 1})


def test_what_differs_is_named(made: Made) -> None:
    """What was changed behind the template's back is named, each property with what it is and should be.

    The last but one that has the stack.
    """
    own = made.own
    stack = own.deploy().stack
    own.target.client("lambda").update_function_configuration(
        FunctionName=stack.outputs["FunctionName"], Timeout=3
    )
    own.target.client("logs").delete_retention_policy(logGroupName=stack.outputs["LogGroupName"])
    own.target.client("cloudwatch").delete_alarms(AlarmNames=[stack.outputs["ErrorsAlarmName"]])
    with pytest.raises(NotAsAsked) as found:
        verify(own.target, stack, ASKED)
    assert str(found.value).splitlines()[1:] == [
        "  Function.Timeout is 3; asked for was 300",
        "  LogGroup.RetentionInDays is not set; asked for was 14",
        f"  ErrorsAlarm: there is no alarm {stack.outputs['ErrorsAlarmName']}",
    ]


def test_destroying(made: Made) -> None:
    """Destroying removes every resource and the bucket with all its versions; doing it again is no error.

    The last one that has the stack.
    """
    own = made.own
    own.deploy()
    s3, bucket = own.target.client("s3"), artifacts.bucket_name(own.target, own.name)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for content in (b"one", b"two"):
        s3.put_object(Bucket=bucket, Key="versions", Body=content)
    s3.delete_object(Bucket=bucket, Key="versions")
    assert destroy(own.target, own.name, unseen)
    assert own.left() == []
    assert not destroy(own.target, own.name, unseen)
