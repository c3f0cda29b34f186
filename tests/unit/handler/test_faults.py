import json
from collections.abc import Callable

import pytest

from handler.once import Analysis, Body, Reason, batches
from handler.once.batches import Rejected
from handler.once.faults import LAYER, Fault, fault_of
from handler.once.settle import settle
from tests.unit.handler.fakes import FakeAws, FakeClock
from tests.unit.handler.given import event, record

pytestmark = pytest.mark.unit

SECRET = "4711-0815"


def missing_key(event: Body) -> Analysis:
    """Look for what is not there."""
    return Analysis({"shop": event["shop"]})


def quoting(event: Body) -> Analysis:
    """Fail with a message that quotes the event."""
    return Analysis({"user": int(str(event["userId"]))})


def in_a_library(event: Body) -> Analysis:
    """Fail inside of a library."""
    return Analysis(json.loads(str(event["userId"]) + "}"))


def from_a_cause(event: Body) -> Analysis:
    """Fail because something else failed, both with messages that quote the event."""
    try:
        return quoting(event)
    except ValueError as error:
        raise LookupError(f"no user {event['userId']}") from error


def without_an_end(event: Body) -> Analysis:
    """Call itself for ever."""
    return without_an_end(event)


def nothing(_: Body) -> Analysis:
    """Forget to return."""
    return None  # type: ignore[return-value]


def of(analyse: Callable[[Body], Analysis]) -> Fault:
    """Return the fault that an event with a secret meets."""
    refused = batches.read(event(0, "e-1", userId=SECRET), analyse)
    assert isinstance(refused, Rejected)
    assert refused.fault
    assert refused.reason == "analytics-failed"
    assert refused.detail == f"analyse raised {refused.fault}"
    return refused.fault


def line(function: Callable[[Body], Analysis], after: int) -> str:
    """Name a line of a function above, counted from its `def`."""
    return f"tests/unit/handler/test_faults.py:{function.__code__.co_firstlineno + after}"


@pytest.mark.parametrize(
    ("analyse", "kind", "after"),
    [(missing_key, "KeyError", 2), (quoting, "ValueError", 2), (from_a_cause, "LookupError", 5)],
)
def test_a_fault_says_what_and_where(analyse: Callable[[Body], Analysis], kind: str, after: int) -> None:
    """Quarantine and log name the exception's type, the file and the line."""
    assert of(analyse)[:2] == (kind, line(analyse, after))


@pytest.mark.parametrize("analyse", [quoting, in_a_library, from_a_cause])
def test_nothing_of_the_event_is_told(analyse: Callable[[Body], Analysis]) -> None:
    """An exception's message may quote the event: neither it nor a cause's is told."""
    fault = of(analyse)
    assert SECRET not in str(fault) + fault.trace


def test_the_traceback_shows_the_line_and_its_part() -> None:
    """Of the traceback all is told but the message: which of two keys is missing shows."""
    trace = of(missing_key).trace
    assert trace.startswith("Traceback (most recent call last):\n")
    assert 'return Analysis({"shop": event["shop"]})' in trace
    assert "~~~~~^^^^^^^^" in trace
    assert trace.endswith("\nKeyError\n")
    assert '  File "tests/unit/handler/test_faults.py", line ' in trace


def test_the_place_is_in_the_users_file() -> None:
    """Where a library raised, the line of the user's own that called it is named."""
    names: dict[str, Callable[[Body], Analysis]] = {}
    source = "import json\n\ndef analyse(event):\n    return json.loads(event['userId'] + '}')\n"
    exec(compile(source, str(LAYER.parent / "analytics.py"), "exec"), names)  # noqa: S102  its own source
    fault = of(names["analyse"])
    assert (fault.kind, fault.where) == ("JSONDecodeError", "handler/analytics.py:4")
    assert "json/decoder.py" in fault.trace


def test_a_cause_is_told_first() -> None:
    """What led to an exception stands before it."""
    trace = of(from_a_cause).trace
    assert trace.index("\nValueError\n") < trace.index("which led to") < trace.index("\nLookupError\n")


def test_an_endless_recursion_is_told_shortly() -> None:
    """Frames that repeat are counted, not printed a thousand times."""
    fault = of(without_an_end)
    assert fault.kind == "RecursionError"
    assert len(fault.trace) < 2000


def test_what_is_no_analysis() -> None:
    """An `analyse` that forgets to return is told what it must return."""
    refused = batches.read(event(0, "e-1"), nothing)
    assert refused == Rejected(
        event(0, "e-1"),
        Reason.ANALYTICS_FAILED,
        "analyse returned a NoneType, not an Analysis",
        "e-1",
    )


@pytest.mark.parametrize(
    ("analysis", "detail"),
    [
        (Analysis([]), "the attributes of an Analysis are a dict, its names strings"),  # type: ignore[arg-type]
        (Analysis({1: 2}), "the attributes of an Analysis are a dict, its names strings"),  # type: ignore[dict-item]
        (Analysis({}, [1]), "the measures of an Analysis are a tuple of Measure(NAME, VALUE)"),  # type: ignore[arg-type]
        (Analysis({}, (), ("orders",)), "the totals of an Analysis are a tuple of Total(NAME, VALUE)"),  # type: ignore[arg-type]
        (
            Analysis({}, dimensions=(("City", "Paris"),)),  # type: ignore[arg-type]
            "the dimensions of an Analysis are a tuple of Dimension(NAME, VALUES…).of(VALUE)",
        ),
    ],
)
def test_what_is_no_analysis_in_a_member(analysis: Analysis, detail: str) -> None:
    """A member of another form is named, with the form that it must have."""
    refused = batches.read(event(0, "e-1"), lambda _: analysis)
    assert isinstance(refused, Rejected)
    assert refused.detail == detail


def test_a_fault_is_logged_once_for_a_batch(capsys: pytest.CaptureFixture[str]) -> None:
    """The log has the traceback of each fault once, and how many records met it; no byte of an event."""
    batch = [event(at, f"e-{at}", userId=SECRET) for at in range(50)] + [record(50, b"{")]
    aws = FakeAws()
    settle(batch, quoting, aws.services(), FakeClock())
    (said,) = (json.loads(each) for each in capsys.readouterr().out.splitlines())
    fault = of(quoting)
    assert said == {
        "level": "ERROR",
        "message": f"analyse raised {fault}",
        "records": 50,
        "traceback": fault.trace,
    }
    assert SECRET not in json.dumps(said)
    assert {message["detail"] for message in aws.messages if message["reason"] == "analytics-failed"} == {
        f"analyse raised ValueError at {line(quoting, 2)}"
    }


def test_a_fault_without_a_place() -> None:
    """An exception that was never raised has no line."""
    assert fault_of(ValueError(SECRET)) == (
        "ValueError",
        "an unknown place",
        "Traceback (most recent call last):\nValueError\n",
    )
