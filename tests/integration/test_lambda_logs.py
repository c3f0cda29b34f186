"""What a function's log shows."""

import json
import re
from collections.abc import Iterator

import pytest

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.functions import Functions

pytestmark = pytest.mark.anywhere

SPEAKS = """
import logging, sys
logging.getLogger().setLevel("INFO")
print("module")

def handler(event, context):
    print("first")
    print("second", file=sys.stderr)
    logging.getLogger().info("third\\nin two lines")
    print("fourth")
    print("x" * event.get("extra", 0))
"""


@pytest.fixture(scope="module")
def functions(target: Target, run: Run) -> Iterator[Functions]:
    """Give a maker of functions."""
    with Functions(target, run.prefix).opened() as functions:
        yield functions


def messages(target: Target, group: str, *, until: str) -> list[tuple[str, str]]:
    """Wait until the log has a line that begins so; all lines as (stream, message)."""
    logs = target.client("logs")

    def found() -> list[tuple[str, str]]:
        """Find the line in the log."""
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        events = [(e["logStreamName"], e["message"]) for page in pages for e in page["events"]]
        return events if any(message.startswith(until) for _, message in events) else []

    return eventually(found, within=60, look=f"the log group {group}")


def test_everything_a_function_writes_is_logged_in_order(functions: Functions, target: Target) -> None:
    """stdout, stderr and logging, between Lambda's own lines, in one stream named as Lambda's are."""
    function = functions.make(SPEAKS)
    request_id = function.invoke({}).request_id
    found = messages(target, f"/aws/lambda/{function.name}", until="REPORT")
    lines = [message.rstrip("\n").split("\t")[0] for _, message in found]
    assert re.fullmatch(r"INIT_START Runtime Version: python:3\.13\.\S+", lines[0])
    assert lines[1:] == [
        "module",
        f"START RequestId: {request_id} Version: $LATEST",
        "first",
        "second",
        "[INFO]",
        "fourth",
        f"END RequestId: {request_id}",
        f"REPORT RequestId: {request_id}",
    ]
    assert found[5][1].endswith("third\nin two lines\n")
    (stream,) = {stream for stream, _ in found}
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", stream)


def test_the_report_has_lambdas_fields(functions: Functions) -> None:
    """Duration, billed duration, memory, and init on a cold start only."""
    function = functions.make(SPEAKS)
    number = r"\d+\.\d\d"
    fields = (
        rf"REPORT RequestId: [0-9a-f-]{{36}}\tDuration: {number} ms\tBilled Duration: \d+ ms\t"
        r"Memory Size: 256 MB\tMax Memory Used: [1-9]\d* MB\t"
    )
    assert re.fullmatch(rf"{fields}Init Duration: {number} ms\s*", function.invoke({}).report)
    assert re.fullmatch(rf"{fields}\s*", function.invoke({}).report)


def test_the_tail_is_the_last_four_kilobytes(functions: Functions) -> None:
    """A long log is cut at its beginning."""
    log = functions.make(SPEAKS).invoke({"extra": 10_000}).log
    assert len(log) == 4096
    assert log.startswith("xxx")
    assert "REPORT RequestId" in log


def test_a_json_log_is_json(functions: Functions) -> None:
    """Lambda's own lines and the runtime's are objects; what is printed stays as it is."""
    function = functions.make(
        SPEAKS, LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    )
    lines = function.invoke({}).log.splitlines()
    objects = [json.loads(line) for line in lines if line.startswith("{")]
    kinds = [entry["type"] for entry in objects if "type" in entry]
    assert kinds == ["platform.initStart", "platform.start", "platform.report"]
    (logged,) = (entry for entry in objects if "type" not in entry)
    assert (logged["level"], logged["message"]) == ("INFO", "third\nin two lines")
    assert logged["requestId"] == objects[-1]["record"]["requestId"]
    assert {"first", "second", "fourth"} <= set(lines)
    assert objects[-1]["record"]["metrics"]["memorySizeMB"] == 256


def test_a_log_group_of_ones_own_is_used(functions: Functions, target: Target, run: Run) -> None:
    """LoggingConfig names it."""
    logs = target.client("logs")
    group = f"/aws/lambda/{run.prefix}-own-group"
    logs.create_log_group(logGroupName=group)
    try:
        functions.make(SPEAKS, LoggingConfig={"LogGroup": group}).invoke({})
        assert len(messages(target, group, until="REPORT")) == 9
    finally:
        logs.delete_log_group(logGroupName=group)
