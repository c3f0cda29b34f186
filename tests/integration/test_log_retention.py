"""How long a log group keeps its lines, and how many."""

import time
from typing import TYPE_CHECKING, Any

import pytest

from bootstrap.target import Target

if TYPE_CHECKING:
    from types_boto3_logs import CloudWatchLogsClient

pytestmark = pytest.mark.emulator_only

HOUR = 3_600_000


def put(logs: "CloudWatchLogsClient", group: str, *lines: tuple[int, str]) -> Any:  # noqa: ANN401  PutLogEvents' answer
    """Store lines by their times; return what was rejected."""
    events: Any = [{"timestamp": at, "message": message} for at, message in lines]
    answer = logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)
    return answer.get("rejectedLogEventsInfo")


def kept(logs: "CloudWatchLogsClient", group: str) -> tuple[list[str], list[str]]:
    """Read the messages by both reading operations."""
    found = logs.filter_log_events(logGroupName=group)["events"]
    read = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)["events"]
    return [event["message"] for event in found], [event["message"] for event in read]


def test_what_is_older_than_its_retention_is_not_taken(target: Target, group: str) -> None:
    """Nor what is older than two weeks, or more than two hours ahead; the answer says which."""
    logs, now = target.client("logs"), int(time.time() * 1000)
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    lines = [
        (now - 15 * 24 * HOUR, "too old"),
        (now - 26 * HOUR, "expired"),
        (now, "good"),
        (now + 3 * HOUR, "new"),
    ]
    assert put(logs, group, *lines) == {
        "tooOldLogEventEndIndex": 1,
        "expiredLogEventEndIndex": 2,
        "tooNewLogEventStartIndex": 3,
    }
    assert put(logs, group, (now, "another")) is None
    assert kept(logs, group) == (["good", "another"], ["good", "another"])


def test_what_has_expired_is_gone_without_another_line(target: Target, group: str) -> None:
    """Also where an older line came after a newer one, and where the retention is set later."""
    logs, now = target.client("logs"), int(time.time() * 1000)
    put(logs, group, (now, "new"))
    put(logs, group, (now - 26 * HOUR, "old"))
    assert sorted(kept(logs, group)[0]) == ["new", "old"]
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    assert kept(logs, group) == (["new"], ["new"])


def test_a_stream_keeps_a_bounded_number_of_lines(target: Target, group: str) -> None:
    """100,000, and a tenth more until it is next looked at; the oldest go first."""
    logs, now = target.client("logs"), int(time.time() * 1000)
    for begin in range(0, 120_000, 10_000):
        put(logs, group, *((now + number // 1000, f"{number}") for number in range(begin, begin + 10_000)))
    first = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True, limit=1)["events"]
    assert [event["message"] for event in first] == ["20000"]
