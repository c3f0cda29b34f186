"""What stood in a stream is recorded with keys and times, and played again as it was."""

import json
import signal
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame.events import event
from tests.frame.run import Run
from tests.integration.aftermath_bench import Bench
from tests.integration.conftest import MakePipeline

pytestmark = pytest.mark.anywhere


@pytest.fixture(scope="module")
def bench(run: Run, make_pipeline: MakePipeline) -> Bench:
    """Give a pipeline of two shards."""
    return Bench(run, make_pipeline("record", SHARDS="2"))


def recorded(bench: Bench, out: Path, **settings: str) -> list[tuple[str, bytes]]:
    """Record the pipeline's stream; return the keys and bytes in the file, in its order."""
    done = bench.command("record", OUT=str(out), STREAM=bench.pipeline["StreamName"], **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    return [(line["partitionKey"], b64decode(line["data"])) for line in lines]


def of_key(pairs: list[tuple[str, bytes]], key: str) -> list[bytes]:
    """Return the bytes of one key, in order."""
    return [data for name, data in pairs if name == key]


def test_a_recording_is_played_as_it_was(bench: Bench, tmp_path: Path) -> None:
    """All bytes and keys come back, in the order of each key; played again, each event is stored once."""
    keys = [f"record-{n}" for n in range(5)]
    puts = [event(f"{key}-{n}", key=key, n=n) for n in range(20) for key in keys]
    puts.append(Put(b"\x00\xff no event", "record-binary", "binary"))
    bench.pipeline.put(puts)
    eventually(lambda: len(bench.pipeline.items("record-")) == 100, within=120 * bench.pipeline.patience)
    first = recorded(bench, tmp_path / "first.jsonl")
    assert sorted(first) == sorted((put.key, put.data) for put in puts)
    for key in (*keys, "record-binary"):
        assert of_key(first, key) == [put.data for put in puts if put.key == key]
    played = bench.command("", package="producer", SOURCE=str(tmp_path / "first.jsonl"), SPEED="100")
    assert "Acknowledged 101 events" in played.stdout, played.stdout + played.stderr
    second = recorded(bench, tmp_path / "second.jsonl")
    for key in (*keys, "record-binary"):
        assert of_key(second, key) == of_key(first, key) * 2
    bench.wait_for("QuarantineUrl", 2)  # the one that is no event, twice
    assert len(bench.pipeline.items("record-")) == 100


def test_a_recording_begins_and_ends_where_it_is_told_to(bench: Bench, tmp_path: Path) -> None:
    """SINCE and UNTIL are times of arrival; a span in which nothing came is an empty file."""
    bench.pipeline.put([event("span-1", key="span")])
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    earlier = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert of_key(recorded(bench, tmp_path / "all", SINCE=earlier, UNTIL=later), "span")
    assert recorded(bench, tmp_path / "none", UNTIL=earlier) == []


def test_what_arrives_meanwhile_is_recorded_too(bench: Bench, tmp_path: Path) -> None:
    """With a DURATION it goes on with what arrives while it reads."""
    out = tmp_path / "live"
    with ThreadPoolExecutor() as pool:
        recording = pool.submit(recorded, bench, out, DURATION="6")
        eventually(lambda: list(tmp_path.glob(".recording-*/shardId-*")), within=60)
        bench.pipeline.put([event("live-1", key="live")])
        found = recording.result(timeout=120)
    assert len(of_key(found, "live")) == 1
    assert list(tmp_path.iterdir()) == [out]


def read_so_far(folder: Path) -> bytes:
    """Give what has been read of all shards."""
    return b"".join(shard_file.read_bytes() for shard_file in folder.glob(".recording-*/shardId-*"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_was_read_is_kept(bench: Bench, tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end the reading, and what was read until then is in the file."""
    bench.pipeline.put([event(f"kept-{number}", key="kept", text="x" * 50_000)])  # no buffer holds it back
    out = tmp_path / "kept"
    with bench.begin("record", OUT=str(out), STREAM=bench.pipeline["StreamName"], DURATION="120") as reading:
        eventually(lambda: b"kept" in read_so_far(tmp_path), within=60)
        reading.send_signal(number)
        _, complaint = reading.communicate(timeout=60)
    assert (reading.returncode, list(tmp_path.iterdir())) == (130, [out]), complaint
    assert "what was read until then" in complaint
    assert '"partitionKey":"kept"' in out.read_text()


def test_what_came_meanwhile_is_not_written_over(bench: Bench, tmp_path: Path) -> None:
    """A file that was made while the stream was read stays, and the recording has a name beside it."""
    bench.pipeline.put([event("meanwhile", key="meanwhile", text="x" * 50_000)])  # no buffer holds it back
    out = tmp_path / "kept.jsonl"
    with bench.begin("record", OUT=str(out), STREAM=bench.pipeline["StreamName"], DURATION="120") as reading:
        eventually(lambda: read_so_far(tmp_path), within=60)
        out.write_text("precious")
        reading.send_signal(signal.SIGINT)
        said, complaint = reading.communicate(timeout=60)
    assert f"into {tmp_path / 'kept-2.jsonl'}" in said, complaint
    assert (sorted(tmp_path.iterdir()), out.read_text()) == ([tmp_path / "kept-2.jsonl", out], "precious")


def test_a_stream_that_is_not_there(bench: Bench, tmp_path: Path) -> None:
    """It is said so, with exit code 2, and no file is made."""
    done = bench.command("record", OUT=str(tmp_path / "x"), STREAM="no-such-stream")
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "There is no stream no-such-stream here" in done.stderr
