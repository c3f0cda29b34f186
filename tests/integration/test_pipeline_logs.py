"""What the function's log says: the recipe's two lines, as structured JSON, and never what is in an event."""

import json
import re
from typing import Any

import pytest

from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame import samples
from tests.frame.pipeline import Pipeline
from tests.integration.conftest import MakePipeline

pytestmark = pytest.mark.anywhere

GOOD, BAD = 40, 3
SECRET = "this-is-nobodys-business"
LONG_TEXT = re.compile(rb': "([^"]{6,})"')  # of a member: too long to stand in a log by chance


@pytest.fixture(scope="module")
def logged(make_pipeline: MakePipeline) -> Pipeline:
    """Give a pipeline through which good and bad records went, whose contents must not show in the log."""
    made = make_pipeline("logs", SHARDS="1")
    made.put(samples.fresh(GOOD, lambda n: f"key-{n}"))
    made.put(Put(f"{SECRET} is no JSON".encode(), f"bad-{n}") for n in range(BAD))
    made.put([Put(f'{{"eventId": "{SECRET}"}}'.encode(), "bad")])
    made.settle().check()
    eventually(lambda: total(made, "records") == GOOD + BAD + 1, within=60 * made.patience)
    return made


def lines(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return the handler's own lines, each one a JSON object."""
    own = [line for line in pipeline.log() if not line.startswith(("INIT_", "START ", "END ", "REPORT "))]
    return [json.loads(line) for line in own]


def total(pipeline: Pipeline, field: str) -> int:
    """Sum up a field over the lines that end an invocation."""
    return sum(line[field] for line in lines(pipeline) if line["message"].startswith("Successfully"))


def test_the_recipes_two_lines_are_there(logged: Pipeline) -> None:
    """Each invocation says how many records it received, and how many it processed and how many failed."""
    text = "\n".join(line["message"] for line in lines(logged))
    received = re.findall(r"^Received (\d+) records from Kinesis$", text, re.MULTILINE)
    done = re.findall(r"^Successfully processed (\d+) records, (\d+) failed$", text, re.MULTILINE)
    assert len(received) == len(done)
    assert sum(map(int, received)) == GOOD + BAD + 1
    assert sum(int(processed) for processed, _ in done) == GOOD
    assert sum(int(failed) for _, failed in done) == BAD + 1


def test_every_line_of_the_handlers_is_json_with_a_level(logged: Pipeline) -> None:
    """The handler writes JSON objects that carry their level, their message and the request."""
    found = lines(logged)
    assert {line["level"] for line in found} == {"INFO"}
    assert all(line["requestId"] for line in found)


def test_the_log_counts_what_became_of_records(logged: Pipeline) -> None:
    """The line at the end of an invocation has the numbers as fields of their own."""
    assert total(logged, "stored") == GOOD
    rejected: dict[str, int] = {}
    for line in lines(logged):
        for reason, count in line.get("rejected", {}).items():
            rejected[reason] = rejected.get(reason, 0) + count
    assert rejected == {"not-json": BAD, "no-timestamp": 1}


def test_nothing_of_an_event_stands_in_the_log(logged: Pipeline) -> None:
    """No id, and no text of a record, is written to the log, refused or not."""
    text = "\n".join(logged.log())
    assert SECRET not in text
    said = {word for put in logged.acknowledged for word in LONG_TEXT.findall(put.content or b"")}
    assert len(said) >= GOOD
    assert [word for word in said if word.decode() in text] == []
