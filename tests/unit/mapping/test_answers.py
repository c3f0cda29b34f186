"""What the function's answer means: AWS's recorded answers, one by one."""

from typing import NamedTuple

import pytest

from tailrace.mapping.rules.answers import InvocationResult, JudgedTry, Kind, judge

pytestmark = pytest.mark.unit
BATCH = ["101", "102", "103"]


class Ended(NamedTuple):
    """An invocation's outcome."""

    status: str
    payload: bytes = b"null"
    function_error: str | None = None
    executed_version: str = "$LATEST"


def answered(payload: str, *, partial_answers: bool = True) -> JudgedTry:
    """Judge an answer of a function that did not fail."""
    return judge(Ended("ok", payload.encode()), BATCH, partial_answers=partial_answers)


@pytest.mark.parametrize(
    "payload",
    [
        '""',
        "[]",
        "null",
        "{}",
        '{"batchItemFailures":[]}',
        '{"batchItemFailures":null}',
        '"done"',
        "7",
        "[1]",
        "",
    ],
)
def test_soft_successes(payload: str) -> None:
    """An answer that names no failure is a complete success, whatever JSON it is."""
    assert answered(payload).kind is Kind.PROCESSED


@pytest.mark.parametrize(
    "item",
    [
        '{"itemIdentifier":123}',
        '{"itemIdentifier":""}',
        '{"itemIdentifier":null}',
        '{"foo":123}',
        '{"foo":null}',
    ],
)
def test_unusable_identifiers(item: str) -> None:
    """An item that names no record of the batch fails the whole batch, with functionError null."""
    assert answered(f'{{"batchItemFailures":[{item}]}}') == JudgedTry(
        Kind.REJECTED, answer=InvocationResult("$LATEST", None)
    )


def test_one_unusable_among_good() -> None:
    """One unusable identifier beside a good one fails the whole batch too."""
    named = '{"batchItemFailures":[{"itemIdentifier":"102"},{"itemIdentifier":"999"}]}'
    assert answered(named).kind is Kind.REJECTED


@pytest.mark.parametrize("failures", ['"102"', "7", '{"itemIdentifier":"102"}', '["102"]'])
def test_failures_of_another_shape(failures: str) -> None:
    """Failures that are no list of objects fail the whole batch."""
    assert answered(f'{{"batchItemFailures":{failures}}}').kind is Kind.REJECTED


def test_lowest_sequence_number() -> None:
    """Of several named records the lowest in the batch counts, in whatever order they are named."""
    named = '{"batchItemFailures":[{"itemIdentifier":"103"},{"itemIdentifier":"102"}]}'
    assert answered(named) == JudgedTry(Kind.PARTLY, processed=1, answer=InvocationResult("$LATEST", None))


def test_first_record() -> None:
    """Naming the first record means that nothing is processed."""
    assert answered('{"batchItemFailures":[{"itemIdentifier":"101"}]}').kind is Kind.UNFINISHED


def test_not_asked_for() -> None:
    """Without ReportBatchItemFailures the answer is not looked at."""
    named = '{"batchItemFailures":[{"itemIdentifier":"102"}]}'
    assert answered(named, partial_answers=False).kind is Kind.PROCESSED


def test_error() -> None:
    """A failed invocation fails the batch, whatever it returned, and the message will say how."""
    ended = Ended("error", b'{"errorMessage":"boom"}', "Unhandled", "3")
    for partial_answers in (True, False):
        assert judge(ended, BATCH, partial_answers=partial_answers) == JudgedTry(
            Kind.ERROR, answer=InvocationResult("3", "Unhandled")
        )


def test_never_ran() -> None:
    """A throttled call and a missing function are no answer."""
    assert judge(Ended("throttled"), BATCH, partial_answers=True) == JudgedTry(Kind.THROTTLED)
    assert judge(Ended("missing"), BATCH, partial_answers=True) == JudgedTry(Kind.MISSING)


def windowed(payload: str) -> JudgedTry:
    """Judge an answer within a tumbling window."""
    return judge(Ended("ok", payload.encode()), BATCH, partial_answers=True, stateful=True)


def test_failures_beside_a_state() -> None:
    """Under a tumbling window failures may be named beside the state, and both count (documented)."""
    judged_try = windowed('{"state":{"n":1},"batchItemFailures":[{"itemIdentifier":"102"}]}')
    assert (judged_try.kind, judged_try.processed, judged_try.state) == (Kind.PARTLY, 1, '{"n":1}')
    assert windowed('{"state":{"n":1}}') == JudgedTry(
        Kind.PROCESSED, answer=InvocationResult("$LATEST", None), state='{"n":1}'
    )


@pytest.mark.parametrize("payload", ["null", "{}", "[]", '{"batchItemFailures":[]}', '{"state":null}'])
def test_a_state_is_needed(payload: str) -> None:
    """Under a tumbling window an answer without a state is a failed invocation (documented)."""
    assert windowed(payload).kind is Kind.REJECTED
