"""The main job on real input: a whole access log through a pipeline with the template's own settings.

The log's path comes from ACCESS_LOG, which `.ci/run` sets: 10,000 lines, one of them cut off.
"""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bootstrap.settings import SETTINGS
from producer.accesslog import CombinedLog
from producer.userkey import user_key
from producer.visitors import Pseudonyms
from tailrace.stream.event import Event, Unreadable
from tailrace.stream.lines import lines
from tailrace.testing.audit import Acknowledged, audit
from tailrace.testing.eventually import eventually
from tests.frame import reading
from tests.frame.emulators import ROOT
from tests.frame.pipeline import Pipeline
from tests.frame.run import Run, naming, without_settings
from tests.integration.conftest import MakePipeline

pytestmark = [pytest.mark.anywhere, pytest.mark.recipe]

PATH = os.environ.get("ACCESS_LOG", "")
KEY = "a key of the tests".replace(" ", "-")  # the same pseudonyms in the producer and in the expectations
LINES, CUT_OFF = 10_000, 8899


@dataclass(frozen=True)
class Sent:
    """What the producer did with the log, and the pipeline that it went into."""

    pipeline: Pipeline
    said: str
    ledger: Sequence[Acknowledged]
    events: Mapping[str, Event]
    items: Sequence[reading.Item]


@pytest.fixture(scope="module")
def sent(make_pipeline: MakePipeline, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """Send the whole log by the producer's command, as a user does, and wait until all is stored."""
    if not PATH:
        pytest.skip(
            "ACCESS_LOG is not set: it names a real server's access log that the project does not carry"
        )
    defaults = {name: SETTINGS[name].default for name in ("BATCH_SIZE", "BATCH_WINDOW", "SHARDS")}
    pipeline = make_pipeline("log", **defaults)
    folder = tmp_path_factory.mktemp("access-log")
    said = produce(run, pipeline, folder)
    ledger = [acknowledged(json.loads(line)) for line in (folder / "ledger.jsonl").read_text().splitlines()]
    events = {event.event_id or "": event for event in expected() if isinstance(event, Event)}

    def counted() -> bool:
        """Count as many events as the log has good lines."""
        total = pipeline.metric("EventsProcessed").total
        assert total >= len(events), f"{total:.0f} events counted"
        return True

    eventually(counted, within=90 * pipeline.patience, every=0.5)
    keys = [(name, int(event.at or 0)) for name, event in events.items()]
    items = list(reading.by_key(pipeline.dynamodb, pipeline["TableName"], keys))
    return Sent(pipeline, said, ledger, events, items)


def produce(run: Run, pipeline: Pipeline, folder: Path) -> str:
    """Run the producer on the log; return what it printed."""
    target = pipeline.target
    endpoint = naming(target.endpoint)
    settings = {
        "STACK": pipeline.stack.name,
        "SOURCE": PATH,
        "LEDGER": str(folder / "ledger.jsonl"),
        "UNDELIVERED": str(folder / "undelivered.jsonl"),
        "USER_KEY": KEY,
        "YES": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "producer"],
        cwd=ROOT,
        env={**without_settings(os.environ), **run.environ, **endpoint, **settings},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def acknowledged(line: dict[str, Any]) -> Acknowledged:
    """Return a line of the producer's ledger as the audit takes it."""
    return Acknowledged(line["eventId"], line["partitionKey"], line["shardId"], line["sequenceNumber"])


def expected() -> list[Event | Unreadable]:
    """Read the log's events as the producer does."""
    log = CombinedLog(Pseudonyms(user_key(KEY)))
    with gzip.open(PATH) as file:
        return [line if isinstance(line, Unreadable) else log.read_line(*line) for line in lines(file, PATH)]


def test_one_line_is_reported(sent: Sent) -> None:
    """The line that is cut off is named with its number and counted; it is not sent."""
    assert f"line {CUT_OFF}" in sent.said.replace(",", "")
    with gzip.open(PATH, "rt") as log:
        assert sum(1 for _ in log) == LINES
    assert [each.line for each in expected() if isinstance(each, Unreadable)] == [CUT_OFF]


def test_every_other_line_is_stored_once(sent: Sent) -> None:
    """9,999 lines were acknowledged and are stored, each once, in order; nothing else is anywhere."""
    assert len(sent.ledger) == len(sent.events) == 9_999
    stored = list(map(reading.for_audit, sent.items))
    letters = [reading.dead_letter(message) for message in sent.pipeline.dead_letters()]
    in_quarantine = [one.for_audit for one in sent.pipeline.quarantined()]
    audit(sent.ledger, stored, in_quarantine, letters).check()
    assert len(stored) == reading.count(sent.pipeline.dynamodb, sent.pipeline["TableName"]) == 9_999
    assert not in_quarantine
    assert not letters


def test_the_bytes_that_were_served_add_up(sent: Sent) -> None:
    """The items of the known ids hold the events as they were sent; their bytes add up to the log's."""
    raw = {item["eventId"]: item["rawData"] for item in sent.items}
    assert raw.keys() == sent.events.keys()
    assert sum(body["bytes"] for body in raw.values()) == 2_747_282_505
    wrong = [name for name, event in sent.events.items() if raw[name] != json.loads(event.data)]
    assert wrong == []


def test_every_request_is_counted(sent: Sent) -> None:
    """The metrics count each stored event once."""
    assert sent.pipeline.metric("EventsProcessed").total == 9_999
