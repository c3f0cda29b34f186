"""`tailrace put` and `tailrace record`: a stream of anybody's, written from a file and read into one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bootstrap.target import Target
from tailrace.stream.reading import Cursor, Start, StreamRecord, shards
from tests.frame.run import Run
from tests.integration.stranger import Command

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient
    from types_boto3_kinesis.type_defs import WaiterConfigTypeDef

pytestmark = pytest.mark.emulator_only
QUICKLY: "WaiterConfigTypeDef" = {"Delay": 1, "MaxAttempts": 60}


@pytest.fixture(scope="module")
def kinesis(target: Target) -> "KinesisClient":
    """Give a client."""
    return target.client("kinesis")


@pytest.fixture
def streams(run: Run, kinesis: "KinesisClient", worker_id: str) -> Iterator[tuple[str, str]]:
    """Give two streams of two shards."""
    names = (f"{run.prefix}-put-{worker_id}-1", f"{run.prefix}-put-{worker_id}-2")
    for name in names:
        kinesis.create_stream(StreamName=name, ShardCount=2)
        kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig=QUICKLY)
    yield names
    for name in names:
        kinesis.delete_stream(StreamName=name)
        kinesis.get_waiter("stream_not_exists").wait(StreamName=name, WaiterConfig=QUICKLY)


def contents(kinesis: "KinesisClient", stream: str) -> dict[str, list[bytes]]:
    """Return what a stream holds, in order, by partition key."""
    found: dict[str, list[bytes]] = {}
    for shard in shards(kinesis, stream):
        records: list[StreamRecord] = []
        for page in Cursor(kinesis, stream, shard.id, Start.oldest()).to_its_end():
            records += page
        for each in records:
            found.setdefault(each.partition_key, []).append(each.data)
    return found


def test_what_is_put_is_recorded_and_put_again(
    command: Command, kinesis: "KinesisClient", streams: tuple[str, str], tmp_path: Path
) -> None:
    """Each line becomes a record under its own field, in order; its recording gives the same stream again."""
    lines = [json.dumps({"meta": {"room": n % 4}, "n": n}) for n in range(60)]
    (tmp_path / "rooms.jsonl").write_text("\n".join(lines) + "\n")
    put = command("put", streams[0], "rooms.jsonl", "--key", "meta.room", "--id", "n", "--ledger", "l.jsonl")
    assert put.returncode == 0, put.stderr
    assert "Acknowledged 60 events" in put.stdout
    assert "Partition keys: 4\n" in put.stdout
    ledger = [json.loads(line)["eventId"] for line in (tmp_path / "l.jsonl").read_text().splitlines()]
    assert sorted(ledger, key=int) == [str(n) for n in range(60)]
    first = contents(kinesis, streams[0])
    assert first == {str(key): [line.encode() for line in lines[key::4]] for key in range(4)}
    recorded = command("record", streams[0], "kept.jsonl")
    assert recorded.returncode == 0, recorded.stderr
    assert "Recorded 60 records of 2 shards into kept.jsonl" in recorded.stdout
    again = command.json("put", streams[1], "kept.jsonl")
    assert (again["acknowledged"], again["undelivered"], again["unreadable"]) == (60, 0, 0)
    once_more = command.json("record", streams[1], "again.jsonl")
    assert (once_more["path"], once_more["records"], once_more["shards"]) == ("again.jsonl", 60, 2)
    assert contents(kinesis, streams[1]) == first


def test_what_is_wrong_is_a_sentence(command: Command, streams: tuple[str, str], tmp_path: Path) -> None:
    """A file that is not there, in another format, or empty, and a stream that is not there, are named."""
    (tmp_path / "array.json").write_text('[{"a": 1}]')
    (tmp_path / "text").write_text("plain\n")
    (tmp_path / "fine").write_text("{}\n")
    for words, said in (
        (["put", streams[0], "nothing"], "There is no file nothing."),
        (
            ["put", streams[0], "array.json"],
            f"This sends it:\n  jq -c '.[]' array.json | tailrace put {streams[0]} -",
        ),
        (["put", streams[0], "text"], "text is neither a recording nor JSON Lines: its only line is none."),
        (["put", "no-such-stream", "fine"], "There is no stream no-such-stream here."),
        (["put", streams[0], "fine", "--rate", "1", "--speed", "1"], "--rate and --speed both say how fast"),
        (["record", streams[0], "fine"], "fine exists already: name another file."),
        (["record", streams[0], "new", "--since", "soon"], "soon is not valid: expected a time such as"),
    ):
        done = command(*words)
        assert done.returncode in {1, 2}
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_raw_lines_from_a_pipe(command: Command, kinesis: "KinesisClient", streams: tuple[str, str]) -> None:
    """With --raw anything is sent, byte for byte, as it comes."""
    done = command("put", streams[0], "-", "--raw", "--count", "2", given="not json\n[1]\nthird\n")
    assert done.returncode == 0, done.stderr
    assert sorted(data for group in contents(kinesis, streams[0]).values() for data in group) == [
        b"[1]",
        b"not json",
    ]
