import json

import pytest

from tailrace.functions import failures

pytestmark = pytest.mark.unit


def test_a_timeout_is_worded_as_on_aws() -> None:
    """Sandbox.Timedout for the caller, the moment and the request id in the log."""
    failure = failures.timed_out("id-1", 3, "2026-01-31T09:05:07.042Z")
    assert json.loads(failure.payload) == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: id-1 Error: Task timed out after 3.00 seconds",
    }
    assert failure.status == "timeout"
    assert failure.log == ("2026-01-31T09:05:07.042Z id-1 Task timed out after 3.00 seconds\n\n",)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (0, "Runtime exited without providing a reason"),
        (1, "Runtime exited with error: exit status 1"),
        (-9, "Runtime exited with error: signal: killed"),
        (-11, "Runtime exited with error: signal: segmentation fault"),
        (-34, "Runtime exited with error: signal: signal 34"),
    ],
)
def test_an_exit_is_worded_as_on_aws(code: int, text: str) -> None:
    """Runtime.ExitError with the exit status or the signal's name, in the answer and in the log."""
    failure = failures.exited("id-1", code)
    assert json.loads(failure.payload) == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: id-1 Error: {text}",
    }
    assert failure.log == (f"RequestId: id-1 Error: {text}\nRuntime.ExitError\n",)
    assert failure.status == "error"


def test_too_much_memory_is_worded_as_on_aws() -> None:
    """Runtime.OutOfMemory, and killed."""
    assert json.loads(failures.out_of_memory("id-1").payload) == {
        "errorType": "Runtime.OutOfMemory",
        "errorMessage": "RequestId: id-1 Error: Runtime exited with error: signal: killed",
    }


def test_too_large_an_answer_is_worded_as_on_aws() -> None:
    """Function.ResponseSizeTooLarge with both sizes."""
    failure = failures.answer_too_large(7_340_060)
    assert json.loads(failure.payload) == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size (7340060 bytes) exceeded maximum allowed payload size "
        "(6291556 bytes).",
    }
    assert failure.error_type == "Function.ResponseSizeTooLarge"


@pytest.mark.parametrize(
    ("payload", "header", "error_type"),
    [
        (b'{"errorType": "KeyError"}', "", "KeyError"),
        (b'{"errorType": "KeyError"}', "Runtime.ImportModuleError", "Runtime.ImportModuleError"),
        (b"not json", "", "Unhandled"),
        (b"[]", "", "Unhandled"),
    ],
)
def test_what_the_runtime_reports_is_passed_on(payload: bytes, header: str, error_type: str) -> None:
    """The caller gets the runtime's own object; its type is the header's or the object's."""
    failure = failures.reported(payload, header)
    assert (failure.payload, failure.error_type, failure.log) == (payload, error_type, ())
