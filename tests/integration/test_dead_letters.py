"""`tailrace dead-letters`: another project's dead letters, listed and put again."""

import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.stranger import Command, Stranger, deployed

pytestmark = pytest.mark.emulator_only


@pytest.fixture
def later(run: Run, moved_target: Target, tmp_path: Path) -> Iterator[tuple[Command, Stranger]]:
    """Give the command and the stack on that emulator."""
    with deployed(moved_target, f"{run.prefix}-later-{secrets.token_hex(3)}") as made:
        yield Command(moved_target, tmp_path), made


def fail(greenhouse: Stranger, arrived: Callable[[], bool]) -> None:
    """Let a batch of one bad reading and one good one fail until it is given up."""
    greenhouse.break_it(broken=True)
    greenhouse.put({"id": "r-1", "bad": True}, {"id": "r-2"})
    eventually(arrived, within=60, what="the dead letter arrives")
    greenhouse.break_it(broken=False)


def test_from_a_queue(command: Command, greenhouse: Stranger) -> None:
    """What a mapping gave up is listed with its records, put again, stored, and its message deleted."""
    fail(greenhouse, lambda: greenhouse.waiting_messages() == 1)
    listed = command("dead-letters", greenhouse.stream)
    assert listed.returncode == 0, listed.stderr
    assert "Dead letters: 1 batch, 2 records" in listed.stdout
    assert "RetryAttemptsExhausted, delivered 2 times" in listed.stdout
    assert '{"id": "r-1", "bad": true}' in listed.stdout
    assert f"tailrace dead-letters {greenhouse.mapping} --replay" in listed.stdout
    assert greenhouse.waiting_messages() == 1
    answered = command.json("dead-letters", greenhouse.mapping, "--replay")
    assert [record["json"] for letter in answered["letters"] for record in letter["records"]] == [
        {"id": "r-1", "bad": True},
        {"id": "r-2"},
    ]
    assert (answered["replayed"]["put"], answered["replayed"]["deleted"]) == (2, 1)
    assert greenhouse.waiting_messages() == 0
    greenhouse.wait_for(["r-1", "r-2"])
    ledger = (command.folder / f"dead-letters-{greenhouse.mapping}.jsonl").read_text().splitlines()
    assert [json.loads(line)["eventId"].split(":")[0][:8] for line in ledger] == ["shardId-"] * 2
    assert command.json("dead-letters", greenhouse.function)["letters"] == []


def test_what_left_the_stream_is_not_put(later: tuple[Command, Stranger]) -> None:
    """A batch whose records have left the stream is refused in a sentence, and its message stays."""
    command, greenhouse = later
    fail(greenhouse, lambda: greenhouse.waiting_messages() == 1)
    assert command.json("advance", "25h")["advanced"] == 90_000
    done = command("dead-letters", greenhouse.stream, "--replay")
    assert done.returncode == 1
    assert "2 of its 2 records left the stream." in done.stderr
    assert "Put again: 0 records, deleted: 0 messages" in done.stdout
    assert greenhouse.waiting_messages() == 1


@pytest.fixture
def topic(target: Target, greenhouse: Stranger) -> Iterator[str]:
    """Give a topic to which the queue is subscribed."""
    sns = target.client("sns")
    arn = sns.create_topic(Name=greenhouse.name)["TopicArn"]
    queue = f"arn:aws:sqs:{target.region}:{target.account}:{greenhouse.name}-failed"
    subscription = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)["SubscriptionArn"]
    yield arn
    sns.unsubscribe(SubscriptionArn=subscription)
    sns.delete_topic(TopicArn=arn)


def test_from_a_topic(command: Command, greenhouse: Stranger, topic: str, target: Target) -> None:
    """Dead letters of a topic are read from the queue that is subscribed to it, out of their envelopes."""
    send_to(target, greenhouse, topic)
    fail(greenhouse, lambda: greenhouse.waiting_messages() == 1)
    assert command.json("dead-letters", greenhouse.stream, "--replay")["replayed"]["deleted"] == 1
    greenhouse.wait_for(["r-1", "r-2"])
    assert greenhouse.waiting_messages() == 0


@pytest.fixture
def bucket(moved_target: Target, later: tuple[Command, Stranger]) -> Iterator[str]:
    """Give a bucket."""
    s3, name = moved_target.client("s3"), later[1].name
    s3.create_bucket(Bucket=name)
    yield name
    s3.delete_bucket(Bucket=name)


def test_from_a_bucket(later: tuple[Command, Stranger], bucket: str, moved_target: Target) -> None:
    """A bucket has the records beside the message: they are put again even when they left the stream."""
    command, greenhouse = later
    send_to(moved_target, greenhouse, f"arn:aws:s3:::{bucket}")
    s3 = moved_target.client("s3")
    fail(greenhouse, lambda: s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1)
    assert command("advance", "25h").returncode == 0
    assert command.json("dead-letters", greenhouse.stream, "--replay")["replayed"]["put"] == 2
    greenhouse.wait_for(["r-1", "r-2"])
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_what_is_wrong_is_a_sentence(command: Command, greenhouse: Stranger, target: Target) -> None:
    """A mapping that is not there, a topic that keeps nothing, and no destination at all are said."""
    assert "There is no mapping nobody here; there is" in command("dead-letters", "nobody").stderr
    sns = target.client("sns")
    arn = sns.create_topic(Name=f"{greenhouse.name}-alone")["TopicArn"]
    send_to(target, greenhouse, arn)
    assert "No queue is subscribed to the topic" in command("dead-letters", greenhouse.stream).stderr
    sns.delete_topic(TopicArn=arn)
    send_to(target, greenhouse, "")
    done = command("dead-letters", greenhouse.stream)
    assert (done.returncode, "has no on-failure destination" in done.stderr) == (1, True)


def send_to(target: Target, greenhouse: Stranger, destination: str) -> None:
    """Give the mapping another destination, and wait until it is in place."""
    functions = target.client("lambda")
    config = {"OnFailure": {"Destination": destination}} if destination else {"OnFailure": {}}
    functions.update_event_source_mapping(UUID=greenhouse.mapping, DestinationConfig=config)  # type: ignore[arg-type]
    eventually(
        lambda: functions.get_event_source_mapping(UUID=greenhouse.mapping)["State"] == "Enabled",
        within=30,
        what="the mapping is enabled again",
    )
