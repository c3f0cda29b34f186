"""The producer's command as a user runs it: what it sends lands, and what it says is true."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from bootstrap.commands import command
from producer.generate import FIXED_START, generated
from producer.settings import SETTINGS
from tailrace.testing.audit import Acknowledged
from tailrace.testing.eventually import eventually
from tests.frame import forking
from tests.frame.emulators import ROOT
from tests.frame.pipeline import Pipeline
from tests.frame.reading import Item
from tests.frame.run import Run, naming, without_settings
from tests.integration.conftest import MakePipeline
from tests.integration.relay import relayed

pytestmark = [pytest.mark.anywhere, pytest.mark.recipe]

ENDS_WITHIN = 60  # seconds


class Done(NamedTuple):
    """What a run of the producer came to."""

    code: int
    said: str
    complained: str


class Producer:
    """The command, on one pipeline, with its files in one folder."""

    def __init__(self, run: Run, pipeline: Pipeline, folder: Path) -> None:
        self.pipeline = pipeline
        self.folder = folder
        self.ledger = folder / "ledger.jsonl"
        clean = {name: value for name, value in without_settings(os.environ).items() if name not in SETTINGS}
        self._started: list[subprocess.Popen[str]] = []
        self.environ = {
            **clean,
            **run.environ,
            **naming(pipeline.target.endpoint),
            "STACK": pipeline.stack.name,
            "LEDGER": str(self.ledger),
            "YES": "1",
            "PYTHONPATH": str(ROOT),
        }

    def start(self, **settings: str) -> subprocess.Popen[str]:
        """Start it with these settings, in the folder."""
        process = subprocess.Popen(
            [*forking.python(), "-m", "producer"],
            cwd=self.folder,
            env={**self.environ, **settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._started.append(process)
        return process

    def end(self) -> None:
        """End what is still running, and close its pipes."""
        for process in self._started:
            with process:
                process.kill()

    def run(self, given: str | None = None, **settings: str) -> Done:
        """Run it to its end; `given` is its standard input."""
        return ended(self.start(**settings), given)

    def acknowledged(self) -> list[Acknowledged]:
        """Return the whole lines of the ledger so far."""
        text = self.ledger.read_text() if self.ledger.exists() else ""
        lines = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
        return [
            Acknowledged(line["eventId"], line["partitionKey"], line["shardId"], line["sequenceNumber"])
            for line in lines
        ]

    def settle(self) -> None:
        """Wait until all that the ledger names is settled, each event in one place."""
        self.pipeline.acknowledged += self.acknowledged()
        self.pipeline.settle().check()


def ended(process: subprocess.Popen[str], given: str | None = None) -> Done:
    """Wait for the end of a run."""
    said, complained = process.communicate(given, timeout=ENDS_WITHIN)
    return Done(process.returncode, said, complained)


@pytest.fixture(scope="module")
def audited(make_pipeline: MakePipeline) -> Pipeline:
    """Give a pipeline into which nothing is put that its ledger does not name."""
    return make_pipeline("audited", SHARDS="1")


@pytest.fixture(scope="module")
def other(make_pipeline: MakePipeline) -> Pipeline:
    """Give a pipeline for runs whose ledger is not whole, or that send what is no event."""
    return make_pipeline("unaudited", SHARDS="1")


@pytest.fixture
def producer(run: Run, audited: Pipeline, tmp_path: Path) -> Iterator[Producer]:
    """Give the command, with a folder of its own."""
    command = Producer(run, audited, tmp_path)
    yield command
    command.end()


@pytest.fixture
def careless(run: Run, other: Pipeline, tmp_path: Path) -> Iterator[Producer]:
    """Give the command, on the pipeline that is not audited."""
    command = Producer(run, other, tmp_path)
    yield command
    command.end()


def test_a_seed_is_stored_once(careless: Producer) -> None:
    """The same seed sent twice is acknowledged twice and stored once, as the very events of that seed."""
    for _ in range(2):
        done = careless.run(SEED="42", COUNT="60")
        assert done.code == 0, done.complained
        assert "Acknowledged 60 events" in done.said
        assert "make produce COUNT=60 SEED=42 START=2026-01-01T00:00:00+00:00" in done.said
    expected = {event.event_id: event for event in islice(generated(42, FIXED_START), 60)}
    assert [one.element for one in careless.acknowledged()].count("42-1767225600000-1") == 2

    def stored() -> dict[str, Item]:
        """Store every event of the seed."""
        items = {item["eventId"]: item for item in careless.pipeline.items() if item["eventId"] in expected}
        assert len(items) == 60
        return items

    items = eventually(stored, within=60 * careless.pipeline.patience)
    assert {name: item["rawData"] for name, item in items.items()} == {
        name: json.loads(event.data, parse_float=Decimal) for name, event in expected.items()
    }


def test_what_the_ledger_names_is_settled(producer: Producer) -> None:
    """Every event of a run at a rate is acknowledged, named in the ledger, and ends in one place."""
    done = producer.run(COUNT="200", RATE="400", DURATION="20")
    assert done.code == 0, done.complained
    assert len(producer.acknowledged()) == 200
    producer.settle()


@pytest.mark.parametrize(("ask", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_end_before_its_time_is_clean(producer: Producer, ask: signal.Signals, code: int) -> None:
    """Ctrl-C ends a run with the summary of what was acknowledged: that is all in its ledger, and stored."""
    process = producer.start(COUNT="1000000", RATE="200")
    wait_for(lambda: len(producer.acknowledged()) > 50, process)
    process.send_signal(ask)
    done = ended(process)
    assert done.code == code, done.complained
    said = re.search(r"Acknowledged ([\d,]+) events", done.said)
    assert said
    assert int(said[1].replace(",", "")) == len(producer.acknowledged())
    assert "Undelivered: 0" in done.said
    producer.settle()


def test_a_killed_run_leaves_a_true_ledger(careless: Producer) -> None:
    """What a run that is killed has in its ledger is in the stream, and ends in one place."""
    process = careless.start(COUNT="1000000", RATE="200")
    wait_for(lambda: len(careless.acknowledged()) > 50, process)
    process.kill()
    ended(process)
    assert len(careless.acknowledged()) > 50

    def settled() -> bool:
        """Store all that the ledger names."""
        stored = {item["eventId"] for item in careless.pipeline.items()}
        missing = {one.element for one in careless.acknowledged()} - stored
        assert not missing
        return True

    eventually(settled, within=60 * careless.pipeline.patience)


def test_lines_that_are_no_events_are_reported(producer: Producer) -> None:
    """From standard input: an event without an id is stored under one, a line that is none is named."""
    given = '{"eventType": "click", "userId": "u"}\n\nno event\n'
    done = producer.run(given, SOURCE="-")
    assert done.code == 0, done.complained
    assert "Lines that could not be read: 1\n  line 3: not a JSON object" in done.said
    producer.settle()
    assert producer.pipeline.item(producer.acknowledged()[0].element)["userId"] == "u"


def test_raw_lines_reach_quarantine(careless: Producer) -> None:
    """With RAW=1 a line that is no event is sent, and the pipeline sets it aside with its bytes."""
    done = careless.run("no event\n", SOURCE="-", RAW="1")
    assert done.code == 0, done.complained

    def in_quarantine() -> bool:
        """Quarantine the line."""
        assert [one.data for one in careless.pipeline.quarantined()] == [b"no event"]
        return True

    eventually(in_quarantine, within=60 * careless.pipeline.patience)


def test_what_does_not_get_through_is_kept(producer: Producer) -> None:
    """An event larger than the stream takes is kept in a file, with exit code 1; the others are stored."""
    large = json.dumps({"eventId": "large", "timestamp": "2026-01-01T00:00:00Z", "text": "x" * 2**20})
    small = json.dumps({"eventId": "small", "timestamp": "2026-01-01T00:00:00Z", "userId": "u"})
    done = producer.run(f"{large}\n{small}\n", SOURCE="-", UNDELIVERED="kept.jsonl")
    assert done.code == 1, done.complained
    assert "Undelivered: 1, kept in kept.jsonl\n  1: too large: 1,048," in done.said
    assert (producer.folder / "kept.jsonl").read_text() == large + "\n"
    producer.settle()
    again = producer.run(SOURCE="kept.jsonl", UNDELIVERED="kept.jsonl")
    assert (again.code, again.complained.startswith("UNDELIVERED=kept.jsonl is not valid")) == (2, True)


def test_what_is_not_there_is_named(producer: Producer) -> None:
    """Without the stack or the stream, one sentence says what is missing and what makes it."""
    done = producer.run(STACK="nobody-made-this")
    assert (done.code, done.said) == (2, "")
    deploys = command("up", {**producer.environ, "STACK": "nobody-made-this"})
    assert done.complained == (
        f"There is no stack nobody-made-this here: `{deploys}` deploys it, or STREAM= names a stream.\n"
    )
    done = producer.run(STREAM="nobody-made-this")
    assert (done.code, done.said) == (2, "")
    assert done.complained == "There is no stream nobody-made-this here. STREAM= names another.\n"


def test_nobody_answers(producer: Producer) -> None:
    """While nobody answers, the run says so, and since when; when somebody does again, nothing was lost."""
    endpoint = urlsplit(producer.pipeline.target.endpoint or "")
    if not endpoint.hostname:
        pytest.skip("an account does not go away")
    with relayed(endpoint.hostname, endpoint.port or 0) as relay:
        process = producer.start(
            COUNT="400", RATE="100", AWS_ENDPOINT_URL=f"http://127.0.0.1:{relay.port}", PYTHONUNBUFFERED="1"
        )
        wait_for(lambda: len(producer.acknowledged()) > 50, process)
        relay.shut()
        said = read_until(process, "Nobody answers since ")
        assert re.search(r"Nobody answers since \d\d:\d\d:\d\d UTC \(\d+ s\)  sent ", said), said
        relay.open()
        done = ended(process)
    assert done.code == 0, done.complained
    assert "Undelivered: 0" in done.said
    producer.settle()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """Return the first line of a run that holds a text."""
    assert process.stdout
    for line in process.stdout:
        if text in line:
            return line
    raise AssertionError(f"the run ended without saying {text!r}")


def test_nobody_looks_for_an_anomaly(careless: Producer) -> None:
    """Where the stack's detector is not invoked, the run says so, and sends nothing but its events."""
    done = careless.run(ANOMALY="spike", RATE="400", COUNT="40")
    assert done.code == 0, done.complained
    assert "is not invoked (DETECTOR=0): nobody looks for the spike." in done.said
    assert "Acknowledged 40 events" in done.said
    assert "Usual traffic" not in done.said


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until the run has come so far."""

    def so_far() -> bool:
        """Come so far."""
        return process.poll() is not None or condition()

    eventually(so_far, within=ENDS_WITHIN)
    assert process.poll() is None, "the producer has ended"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no file here that cannot be written to")
def test_a_ledger_that_cannot_be_written(producer: Producer) -> None:
    """It ends the run with a sentence, and what was sent until then, and what was not, is accounted for.

    The last one here: no ledger names what it sends.
    """
    lines = "".join(f'{{"eventId": "full-{n}", "userId": "u"}}\n' for n in range(20))
    done = producer.run(lines, SOURCE="-", LEDGER="/dev/full", UNDELIVERED="full.jsonl")
    assert done.code == 1
    acknowledged = re.search(r"Acknowledged (\d+) event", done.said)
    taken = re.search(r"The source was taken up to its line (\d+)\.", done.complained)
    assert acknowledged, done.complained
    assert taken, done.complained
    given_up = (producer.folder / "full.jsonl").read_text().splitlines()
    assert int(acknowledged[1]) + len(given_up) == int(taken[1])
    assert f"Undelivered: {len(given_up)}, kept in full.jsonl" in done.said
    assert "No space left on device: '/dev/full'. Fix that" in done.complained
    assert "Traceback" not in done.complained
