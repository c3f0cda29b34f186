import gc
import importlib
import json
import sys
from types import ModuleType
from typing import Any

import pytest

from handler.once.records import Record
from tests.unit.handler.fakes import FakeAws, Fault
from tests.unit.handler.given import analyse, event, number

pytestmark = pytest.mark.unit

SETTINGS = {
    "DYNAMODB_TABLE": "results",
    "LEDGER_TABLE": "ledger",
    "QUARANTINE_URL": "https://sqs.example/q",
    "METRIC_NAMESPACE": "RealTimeAnalytics",
    "RETENTION_DAYS": "30",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
}


class Context:
    """An invocation with that much time left at each look."""

    aws_request_id = "r-1"

    def __init__(self, *milliseconds: int) -> None:
        self._left = list(milliseconds)

    def get_remaining_time_in_millis(self) -> int:
        """Return how long it may still run."""
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]


def delivered(record: Record) -> dict[str, Any]:
    """Return a record as Lambda delivers it."""
    return {
        "kinesis": {
            "partitionKey": record.partition_key,
            "sequenceNumber": record.sequence_number,
            "data": record.data,
            "approximateArrivalTimestamp": record.arrival,
        },
        "eventID": f"{record.shard_id}:{record.sequence_number}",
    }


@pytest.fixture
def entry(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401  a module
    """Return the entry as Lambda loads it, with the settings of a stack."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    return loaded(monkeypatch)


def loaded(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401  a module
    """Load the entry anew, with the tests' own handler in the place of the user's file."""
    users = ModuleType("handler.analytics")
    users.analyse = analyse  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "handler.analytics", users)
    monkeypatch.delitem(sys.modules, "handler.entry", raising=False)
    return importlib.import_module("handler.entry")


def test_what_is_loaded_is_not_searched_for_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the entry is loaded, collections look only at what invocations make."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    gc.unfreeze()
    entry = loaded(monkeypatch)
    kept, made = gc.get_freeze_count(), len(gc.get_objects())
    assert entry.SERVICES
    assert kept > 10 * made


def test_a_batch(
    entry: Any,  # noqa: ANN401  a module
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A batch is settled and answered; the recipe's two lines stand in the log, the first names the batch."""
    aws = FakeAws()
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-2-3;Sampled=1")
    entry.SERVICES = aws.services()
    batch = {"Records": [delivered(event(at, f"e-{at}")) for at in range(3)]}
    assert entry.lambda_handler(batch, Context(300_000)) == {"batchItemFailures": []}
    first, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first == {
        "level": "INFO",
        "message": "Received 3 records from Kinesis",
        "requestId": "r-1",
        "shardId": event(0, "e-0").shard_id,
        "first": number(0),
        "last": number(2),
        "traceId": "Root=1-2-3;Sampled=1",
    }
    assert last["message"] == "Successfully processed 3 records, 0 failed"
    assert (last["stored"], last["retry_from"], last["requestId"]) == (3, None, "r-1")
    assert len(aws.results) == 3


def test_a_failed_batch(entry: Any, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ANN401  a module
    """What is not done is answered by its lowest sequence number, and counted as failed."""
    entry.SERVICES = FakeAws(iter([Fault.REFUSED])).services()
    batch = {"Records": [delivered(event(at, f"e-{at}")) for at in range(3)]}
    answer = {"batchItemFailures": [{"itemIdentifier": number(0)}]}
    assert entry.lambda_handler(batch, Context(300_000)) == answer
    assert "Successfully processed 0 records, 3 failed" in capsys.readouterr().out


def test_time_is_kept_for_the_end(entry: Any) -> None:  # noqa: ANN401  a module
    """A transaction is begun only while its slowest run, the metrics and the receipts fit in."""
    reserve = 3 * 1000 * entry.clients.LONGEST_CALL
    assert entry.InvocationClock(Context(300_000, reserve)).enough()
    assert not entry.InvocationClock(Context(300_000, reserve - 1)).enough()


def test_a_short_timeout_still_gets_on(entry: Any) -> None:  # noqa: ANN401  a module
    """A function with little time uses half of it, rather than none."""
    assert entry.InvocationClock(Context(10_000, 5_000)).enough()
    assert not entry.InvocationClock(Context(10_000, 4_999)).enough()


def test_names_never_come_twice(entry: Any) -> None:  # noqa: ANN401  a module
    """A name is new and has the 32 characters that fit in a request's token."""
    clock = entry.InvocationClock(Context(1))
    names = {clock.name() for _ in range(1000)}
    assert len(names) == 1000
    assert {len(name) for name in names} == {32}


def test_a_missing_setting_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function without its settings fails when it is loaded, with the name of what is missing."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Exception, match="needs the environment variable DYNAMODB_TABLE"):
        loaded(monkeypatch)
