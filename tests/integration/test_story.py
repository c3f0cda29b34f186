"""`tailrace trace` and `tailrace redeliver`, for a project that is not ours."""

import json
from typing import Any

import pytest

from tailrace.testing.eventually import eventually
from tests.integration.stranger import Command, Stranger

pytestmark = pytest.mark.emulator_only

ADAPTER = """
import json
from tailrace.testing.promises import Promises, Put

class Readings(Promises):
    stream, function = "{0.stream}", "{0.function}"

    def event(self, number):
        return Put(json.dumps({{"id": f"r-{{number}}"}}).encode(), "sensor-1", f"r-{{number}}")

    def stored(self):
        for item in self.tailrace.aws("dynamodb").scan(TableName="{0.name}-seen")["Items"]:
            yield item["id"]["S"]
"""


def test_a_record_that_was_kept(command: Command, greenhouse: Stranger) -> None:
    """Of any function there is when its record was put, its batch, how that ended, its log, its own end."""
    (number,) = greenhouse.put({"id": "r-1", "meta": {"room": 7}}, key="sensor-1")
    greenhouse.wait_for(["r-1"])

    def traced() -> dict[str, Any]:
        """See the batch, and the function's line."""
        (story,) = command.json("trace", greenhouse.stream, number)
        (batch,) = story["mappings"][0]["batches"]
        assert [line["text"] for line in batch["lines"]] == ["kept r-1"], story
        return dict(batch, story=story)

    batch = eventually(traced, within=30, every=0.5)
    assert (batch["ending"], batch["records"]) == ("processed", 1)
    assert batch["story"]["partitionKey"] == "sensor-1"
    for words in (["r-1"], ["sensor-1"], ["7", "--field", "meta.room"]):
        (found,) = command.json("trace", greenhouse.stream, *words)
        assert found["sequenceNumber"] == number, words
    (command.folder / "promises.py").write_text(ADAPTER.format(greenhouse))
    words = ["trace", greenhouse.stream, "r-1", "--adapter", "promises.py:Readings"]
    shown = command(*words).stdout
    assert f"Record   {batch['story']['shardId']} {number}\n" in shown
    assert "key sensor-1\n" in shown
    assert "         processed\n" in shown
    assert "\nEnded    stored\n" in shown
    assert batch["story"]["ended"] is None
    greenhouse.target.client("dynamodb").delete_item(
        TableName=f"{greenhouse.name}-seen", Key={"id": {"S": "r-1"}}
    )
    (story,) = command.json(*words)
    assert story["ended"] == ["nowhere: neither stored, nor set aside, nor in a dead letter"]


def test_a_record_that_was_given_up(command: Command, greenhouse: Stranger) -> None:
    """Each try is told with the function's own error, and the dead letter with its place."""
    greenhouse.break_it(broken=True)
    greenhouse.put({"id": "r-1", "bad": True}, {"id": "r-2"})
    eventually(lambda: greenhouse.waiting_messages() == 1, within=60)

    def traced() -> dict[str, Any]:
        """See both tries with their lines, and that it was given up."""
        (story,) = command.json("trace", greenhouse.stream, "r-2", "--field", "id")
        found: dict[str, Any] = story["mappings"][0]
        tries = [batch for batch in found["batches"] if batch["kind"] == "error"]
        assert [batch["kind"] for batch in found["batches"]] == ["error", "error", "given up"], story
        assert all(any("cannot keep r-1" in line["text"] for line in one["lines"]) for one in tries), story
        return found

    found = eventually(traced, within=30, every=0.5)
    assert found["batches"][0]["ending"] == "failed: ValueError: cannot keep r-1"
    assert found["batches"][2]["ending"] == "given up: RetryAttemptsExhausted"
    (letter,) = found["deadLetters"]
    assert (letter["condition"], letter["at"]) == (
        "RetryAttemptsExhausted",
        f"the queue {greenhouse.name}-failed",
    )
    assert greenhouse.waiting_messages() == 1


def test_nothing_is_known(command: Command, greenhouse: Stranger) -> None:
    """What was never put is said, with exit code 1; so is a stream that is not there."""
    done = command("trace", greenhouse.stream, "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"No record of {greenhouse.stream} is, has the key, or holds nobody" in done.stderr
    assert "There is no stream nothing here." in command("trace", "nothing", "r-1").stderr


def test_all_is_delivered_once_more_in_place(command: Command, greenhouse: Stranger) -> None:
    """Three times all records are delivered again, from the first, and the mapping stays what it was."""
    greenhouse.put(*({"id": f"r-{n}"} for n in range(25)), key="a")
    greenhouse.put(*({"id": f"s-{n}"} for n in range(25)), key="b")
    greenhouse.wait_for([f"r-{n}" for n in range(25)])
    greenhouse.wait_for([f"s-{n}" for n in range(25)])
    functions = greenhouse.target.client("lambda")
    before = functions.get_event_source_mapping(UUID=greenhouse.mapping)
    done = command("redeliver", greenhouse.stream, "--times", "3", "--json")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["records"] for line in done.stdout.splitlines()] == [50, 50, 50]
    assert set(greenhouse.seen().values()) == {4}
    after = functions.get_event_source_mapping(UUID=greenhouse.mapping)
    ignored = {"ResponseMetadata", "LastModified"}
    assert {name: value for name, value in after.items() if name not in ignored} == {
        name: value for name, value in before.items() if name not in ignored
    }
    (entry,) = greenhouse.put({"id": "t-1"}, key="a")
    greenhouse.wait_for(["t-1"])
    assert greenhouse.seen()["t-1"] == 1, entry


def test_a_redelivery_that_does_not_end(command: Command, greenhouse: Stranger) -> None:
    """What stays unsettled is said with the function's error; a mapping that is disabled is refused."""
    functions = greenhouse.target.client("lambda")
    functions.update_event_source_mapping(UUID=greenhouse.mapping, MaximumRetryAttempts=-1)
    greenhouse.put({"id": "r-1", "bad": True})
    greenhouse.wait_for(["r-1"])
    greenhouse.break_it(broken=True)
    done = command("redeliver", greenhouse.stream, "--within", "3")
    assert done.returncode == 1
    assert "After 3 s 1 records are not settled, the last invocation failed: ValueError" in done.stderr
    greenhouse.break_it(broken=False)
    functions.update_event_source_mapping(UUID=greenhouse.mapping, Enabled=False)
    state = functions.get_event_source_mapping
    eventually(lambda: state(UUID=greenhouse.mapping)["State"] == "Disabled", within=30)
    assert "is Disabled, not Enabled" in command("redeliver", greenhouse.stream).stderr
