"""An error in the user's own file: its records are set apart with what it was and where, all else goes on."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame.pipeline import Pipeline
from tests.integration.conftest import MakePipeline

pytestmark = pytest.mark.anywhere

SECRET = "4711-0815-secret"
# Fails in three ways with messages that quote the event, and stores everything else.
ANALYTICS = """from decimal import Decimal

from handler.once import Analysis


def analyse(event):
    how = event.get("how")
    if how == "key":
        return Analysis({"shop": {}[event["name"]]})
    if how == "library":
        return Analysis({"amount": Decimal(event["name"])})
    if how == "nothing":
        return None
    return Analysis({})
"""
DETAILS = {
    "key": "analyse raised KeyError at handler/analytics.py:9",
    "library": "analyse raised InvalidOperation at handler/analytics.py:11",
    "nothing": "analyse returned a NoneType, not an Analysis",
}


@pytest.fixture(scope="module")
def failing(make_pipeline: MakePipeline, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Give a pipeline through which events went that its handler fails for, between others."""
    folder = tmp_path_factory.mktemp("handler")
    (folder / "analytics.py").write_text(ANALYTICS)
    made = make_pipeline("faults-of-a-handler", SHARDS="1", HANDLER=str(folder))
    made.put(put(f"{how}-{n}", how) for n in range(10) for how in ("fine", *DETAILS))
    made.settle().check()
    return made


def put(name: str, how: str) -> Put:
    """Make an event that has the handler fail in some way."""
    body = {"eventId": name, "timestamp": "2026-01-02T03:04:05Z", "how": how, "name": SECRET}
    return Put(json.dumps(body).encode(), "key", name)


def test_what_fails_costs_its_neighbours_nothing(failing: Pipeline) -> None:
    """The events before and behind it are stored, in order; nothing is delivered again for it."""
    assert [item["eventId"] for item in failing.items()] == [f"fine-{n}" for n in range(10)]
    assert failing.dead_letters() == []
    assert all(Decimal(item["timestamp"]) == 1767323045 for item in failing.items())


def test_quarantine_says_what_was_raised_and_where(failing: Pipeline) -> None:
    """The message names the exception's type, the file and the line, and keeps the record's bytes."""
    found: dict[str, set[str]] = {}
    for one in failing.quarantined():
        assert one.message["reason"] == "analytics-failed"
        found.setdefault(json.loads(one.data)["how"], set()).add(one.message["detail"])
    assert found == {how: {detail} for how, detail in DETAILS.items()}


def test_the_log_has_the_traceback_and_nothing_of_the_event(failing: Pipeline) -> None:
    """Each error's traceback is in the log with its lines of source, and no message that quotes the event."""

    def logged() -> dict[str, Any]:
        """Log each fault."""
        errors = [json.loads(line) for line in failing.log() if '"level":"ERROR"' in line]
        found = {error["message"]: error["traceback"] for error in errors}
        assert set(found) == {DETAILS["key"], DETAILS["library"]}, found
        assert sum(error["records"] for error in errors) == 20
        return found

    found = eventually(logged, within=60 * failing.patience)
    trace = found[DETAILS["key"]]
    assert trace.startswith("Traceback (most recent call last):\n")
    assert '    return Analysis({"shop": {}[event["name"]]})\n' in trace
    assert trace.endswith("KeyError\n")
    assert SECRET not in "\n".join(failing.log())
