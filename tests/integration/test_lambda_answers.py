"""How a function's end is reported to its caller."""

import base64
from collections.abc import Iterator

import pytest

from bootstrap.target import Target
from tests.frame.run import Run
from tests.integration.functions import Functions

pytestmark = pytest.mark.anywhere

ENDS = """
import os, sys, time

def handler(event, context):
    match event["end"]:
        case "answer":
            left, memory = context.get_remaining_time_in_millis(), context.memory_limit_in_mb
            arn = context.invoked_function_arn
            return {"event": event, "id": context.aws_request_id, "arn": arn, "left": left, "memory": memory}
        case "raise": raise KeyError("nothing")
        case "exit": sys.exit(event["code"])
        case "kill": os.kill(os.getpid(), 9)
        case "object": return object()
        case "large": return "x" * event["bytes"]
        case "sleep": time.sleep(30)
        case "memory": return len(b"x" * 1_000_000_000)
"""


@pytest.fixture(scope="module")
def functions(target: Target, run: Run) -> Iterator[Functions]:
    """Give a maker of functions."""
    with Functions(target, run.prefix).opened() as functions:
        yield functions


def test_an_answer_is_the_handlers(functions: Functions) -> None:
    """The event arrives, the context is filled in, the answer comes back."""
    function = functions.make(ENDS)
    answer = function.invoke({"end": "answer", "text": "ü€"})
    assert (answer.error, answer.version) == (None, "$LATEST")
    assert answer.payload["event"] == {"end": "answer", "text": "ü€"}
    assert answer.payload["id"] == answer.request_id
    assert answer.payload["arn"].split(":")[5:] == ["function", function.name]
    assert 2000 < answer.payload["left"] <= 3000
    assert answer.payload["memory"] == "256"


def test_an_exception_is_passed_on(functions: Functions) -> None:
    """Type, message, request id and stack are the answer; the environment lives on."""
    function = functions.make(ENDS)
    answer = function.invoke({"end": "raise"})
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "KeyError"
    assert answer.payload["errorMessage"] == "'nothing'"
    assert answer.payload["requestId"] == answer.request_id
    assert "in handler" in answer.payload["stackTrace"][0]
    assert "[ERROR] KeyError: 'nothing'" in answer.log
    assert "Init Duration" not in function.invoke({"end": "answer"}).report


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"end": "exit", "code": 3}, "Runtime exited with error: exit status 3"),
        ({"end": "exit", "code": 0}, "Runtime exited without providing a reason"),
        ({"end": "kill"}, "Runtime exited with error: signal: killed"),
    ],
)
def test_an_exit_is_an_error_and_the_next_event_is_served(
    functions: Functions, event: dict[str, object], text: str
) -> None:
    """Runtime.ExitError says how it ended; a new environment takes over."""
    function = functions.make(ENDS)
    answer = function.invoke(event)
    assert answer.error == "Unhandled"
    assert answer.payload == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {answer.request_id} Error: {text}",
    }
    assert f"RequestId: {answer.request_id} Error: {text}\nRuntime.ExitError\n" in answer.log
    assert function.invoke({"end": "answer"}).error is None


def test_a_timeout_ends_the_environment(functions: Functions) -> None:
    """After its second the function is killed, and the caller hears so."""
    function = functions.make(ENDS, Timeout=1)
    answer = function.invoke({"end": "sleep"})
    assert answer.error == "Unhandled"
    assert answer.payload == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {answer.request_id} Error: Task timed out after 1.00 seconds",
    }
    assert f" {answer.request_id} Task timed out after 1.00 seconds\n" in answer.log
    assert "Status: timeout" in answer.report
    assert function.invoke({"end": "answer"}).error is None


def test_more_memory_than_asked_for_is_not_to_be_had(functions: Functions) -> None:
    """1 GB in a function of 256 MB: killed, and reported as that."""
    answer = functions.make(ENDS, Timeout=30).invoke({"end": "memory"})
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.OutOfMemory"
    assert answer.payload["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
    assert "Max Memory Used: 256 MB" in answer.report


def test_six_megabytes_are_an_answer_and_more_are_not(functions: Functions) -> None:
    """The limit is 6,291,556 bytes; the error names both sizes."""
    function = functions.make(ENDS, Timeout=30)
    assert len(function.invoke({"end": "large", "bytes": 6_291_554}).payload) == 6_291_554
    answer = function.invoke({"end": "large", "bytes": 6_291_555})
    assert answer.error == "Unhandled"
    assert answer.payload == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size (6291557 bytes) exceeded maximum allowed payload size "
        "(6291556 bytes).",
    }
    assert function.invoke({"end": "answer"}).error is None


def test_an_answer_that_is_no_json_is_an_error(functions: Functions) -> None:
    """Runtime.MarshalError names the type."""
    answer = functions.make(ENDS).invoke({"end": "object"})
    assert (answer.error, answer.payload["errorType"]) == ("Unhandled", "Runtime.MarshalError")
    assert "Object of type object is not JSON serializable" in answer.payload["errorMessage"]


@pytest.mark.parametrize(
    ("source", "handler", "error_type", "message"),
    [
        (
            "import nowhere_to_be_found",
            "app.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'nowhere_to_be_found'",
        ),
        ("", "app.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("", "handler", "Runtime.MalformedHandlerName", "Bad handler 'handler': not enough values to unpack"),
        ("def handler(:", "app.handler", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("raise OSError('no')", "app.handler", "OSError", "no"),
        (
            "import sys; sys.exit(4)",
            "app.handler",
            "Runtime.ExitError",
            "Runtime exited with error: exit status 4",
        ),
    ],
)
def test_a_module_that_does_not_load_is_an_error(
    functions: Functions, source: str, handler: str, error_type: str, message: str
) -> None:
    """The caller hears why; the log has both attempts, and no init is charged apart."""
    answer = functions.make(source, Handler=handler).invoke({})
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == error_type
    assert message in answer.payload["errorMessage"]
    assert f"Status: error\tError Type: {error_type}" in answer.report
    assert "Init Duration" not in answer.report


def test_an_event_that_is_no_json_never_reaches_the_function(functions: Functions, target: Target) -> None:
    """Lambda refuses it with InvalidRequestContentException."""
    function = functions.make(ENDS)
    client = target.client("lambda")
    with pytest.raises(
        client.exceptions.InvalidRequestContentException, match="Could not parse request body"
    ):
        client.invoke(FunctionName=function.name, Payload=b"{")


def test_a_clients_context_arrives(functions: Functions, target: Target) -> None:
    """Base64 on the way, an object for the function."""
    function = functions.make("def handler(event, context): return context.client_context.custom")
    client = target.client("lambda")
    context = base64.b64encode(b'{\n"custom": {"a": 1}}').decode()
    answer = client.invoke(FunctionName=function.name, ClientContext=context)
    assert answer["Payload"].read() == b'{"a": 1}'


def test_no_event_is_an_empty_object(functions: Functions, target: Target) -> None:
    """Invoke without a payload."""
    function = functions.make("def handler(event, context): return {'got': event}")
    answer = target.client("lambda").invoke(FunctionName=function.name)
    assert answer["Payload"].read() == b'{"got": {}}'
