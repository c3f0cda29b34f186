"""Functions in every runtime that is installed, each by AWS's own client for it.

A runtime that is not installed here is skipped, and the reason says how to install it.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bootstrap.target import Target
from tests.frame.run import Run
from tests.integration.functions import FailedFunctionError, Function, Functions

pytestmark = pytest.mark.emulator_only

PYTHONS = ["python3.10", "python3.11", "python3.12", "python3.13", "python3.14"]
NODES = ["nodejs20.x", "nodejs22.x", "nodejs24.x"]

PYTHON = {
    "app.py": """
import os, sys, time
print("module")
def handler(event, context):
    print("handler")
    match event.get("do"):
        case "raise": raise KeyError("it")
        case "exit": os._exit(3)
        case "sleep": time.sleep(60)
        case "large": return "x" * 7_000_000
    return {"version": "%d.%d" % sys.version_info[:2], "id": context.aws_request_id,
            "home": os.path.expanduser("~")}
"""
}
NODE = {
    "app.mjs": """
import os from "node:os";
console.log("module");
export const handler = async (event, context) => {
  console.log("handler");
  if (event.do === "raise") throw new RangeError("it");
  if (event.do === "exit") process.exit(3);
  if (event.do === "sleep") await new Promise((done) => setTimeout(done, 60000));
  if (event.do === "large") return "x".repeat(7000000);
  return { version: process.version.slice(1).split(".")[0], id: context.awsRequestId, home: os.homedir() };
};
"""
}
BOOTSTRAP = """#!/usr/bin/env python3
import http.client, json, os, time
API = os.environ["AWS_LAMBDA_RUNTIME_API"]
PATH = "/2018-06-01/runtime/invocation/"
print("module", flush=True)
while True:
    api = http.client.HTTPConnection(API)
    api.request("GET", PATH + "next")
    asked = api.getresponse()
    event, request_id = json.loads(asked.read()), asked.headers["Lambda-Runtime-Aws-Request-Id"]
    print("handler", flush=True)
    answer = {"version": "al2023", "id": request_id, "home": "/home/sbx_user1051"}
    action, headers = "response", {}
    if event.get("do") == "raise":
        action, answer = "error", {"errorType": "Own", "errorMessage": "it"}
        headers = {"Lambda-Runtime-Function-Error-Type": "Own"}
    if event.get("do") == "exit": os._exit(3)
    if event.get("do") == "sleep": time.sleep(60)
    if event.get("do") == "large": answer = "x" * 7_000_000
    api.request("POST", PATH + request_id + "/" + action, json.dumps(answer), headers)
    api.getresponse().read()
"""
ERRORS = {"python": "KeyError", "nodejs": "RangeError", "provided": "Own"}


def family(runtime: str) -> str:
    """Return the family of a runtime."""
    return str(re.match(r"python|nodejs|provided", runtime)[0])  # type: ignore[index]  # it is one of these


def package(runtime: str) -> tuple[dict[str, str], str]:
    """Return a function's files and handler."""
    return {
        "python": (PYTHON, "app.handler"),
        "nodejs": (NODE, "app.handler"),
        "provided": ({"bootstrap": BOOTSTRAP}, "any"),
    }[family(runtime)]


def make(functions: Functions, runtime: str, files: dict[str, str], **settings: Any) -> Function:  # noqa: ANN401  CreateFunction's own
    """Make a function; skip the test where its runtime is not installed."""
    try:
        return functions.make(files, Runtime=runtime, **settings)
    except ClientError as error:
        if "is not installed in this emulator" in str(error):
            pytest.skip(f"not installed here: tailrace install --runtime {runtime}")
        raise


@pytest.fixture(scope="module")
def functions(target: Target, run: Run) -> Iterator[Functions]:
    """Give a maker of functions."""
    with Functions(target, run.prefix).opened() as functions:
        yield functions


@pytest.fixture(scope="module", params=[*PYTHONS, *NODES, "provided.al2023"])
def runtime(request: pytest.FixtureRequest) -> str:
    """Give each runtime in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def function(functions: Functions, runtime: str) -> Function:
    """Give one function in this runtime that does as its event says."""
    files, handler = package(runtime)
    return make(functions, runtime, files, Handler=handler, Timeout=2)


def test_it_answers(function: Function, runtime: str) -> None:
    """In the very version that was asked for, with the id of the invocation, and without anybody's home."""
    answer = function.invoke({})
    assert answer.error is None, answer
    assert answer.payload == {
        "version": runtime.removeprefix(family(runtime)).removeprefix(".").removesuffix(".x"),
        "id": answer.request_id,
        "home": "/home/sbx_user1051",
    }


def test_a_cold_start_is_logged_as_lambda_does(functions: Functions, runtime: str) -> None:
    """INIT_START, the module's line, START, the handler's line, END, REPORT with Init Duration."""
    files, handler = package(runtime)
    answer = make(functions, runtime, files, Handler=handler).invoke({})
    begins = [line.split("\t")[0].split(" ")[0] for line in answer.log.splitlines() if line]
    stamped = "nodejs" in runtime
    first, second = answer.log.splitlines()[1], answer.log.splitlines()[3]
    assert (begins[0], begins[2], begins[4], begins[5]) == ("INIT_START", "START", "END", "REPORT")
    assert (first.split("\t")[-1], second.split("\t")[-1]) == ("module", "handler")
    assert (second.split("\t")[1:3] == [answer.request_id, "INFO"]) is stamped
    assert re.search(r"Max Memory Used: [1-9]\d* MB\tInit Duration: [\d.]+ ms", answer.report)


def test_an_exception_is_the_languages_own(function: Function, runtime: str) -> None:
    """Its type in the answer and in the report."""
    answer = function.invoke({"do": "raise"})
    kind = ERRORS[family(runtime)]
    assert (answer.error, answer.payload["errorType"]) == ("Unhandled", kind)
    assert answer.report.rstrip().endswith(f"Status: error\tError Type: {kind}")


def test_a_crash_is_a_runtimes_exit(function: Function) -> None:
    """With the exit status, in the answer and in the log."""
    answer = function.invoke({"do": "exit"})
    message = f"RequestId: {answer.request_id} Error: Runtime exited with error: exit status 3"
    assert answer.payload == {"errorType": "Runtime.ExitError", "errorMessage": message}
    assert f"{message}\nRuntime.ExitError\n" in answer.log


def test_it_is_timed_out(function: Function) -> None:
    """After the function's timeout, to the millisecond in the report."""
    answer = function.invoke({"do": "sleep"})
    assert answer.payload == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {answer.request_id} Error: Task timed out after 2.00 seconds",
    }
    assert "Duration: 2000.00 ms" in answer.report


def test_too_large_an_answer_is_refused(function: Function) -> None:
    """With the size that it had, and the size that is allowed."""
    answer = function.invoke({"do": "large"})
    assert answer.payload == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": (
            "Response payload size (7000002 bytes) exceeded maximum allowed payload size (6291556 bytes)."
        ),
    }


@pytest.mark.parametrize("node", NODES)
def test_node_has_the_sdk(functions: Functions, node: str) -> None:
    """Version 3, by import and by require, with the function's credentials and the emulator's address."""
    source = (
        'import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";\n'
        'import { createRequire } from "node:module";\n'
        'const { Kinesis } = createRequire(import.meta.url)("@aws-sdk/client-kinesis");\n'
        "export const handler = async () => [\n"
        "  (await new DynamoDBClient({}).send(new ListTablesCommand({}))).$metadata.httpStatusCode,\n"
        "  typeof new Kinesis({}).listStreams];"
    )
    function = make(functions, node, {"app.mjs": source}, Timeout=20)
    assert function.invoke({}).payload == [200, "function"]


@pytest.mark.parametrize("node", ["nodejs20.x", "nodejs22.x"])
def test_node_takes_callbacks(functions: Functions, node: str) -> None:
    """A CommonJS handler that answers by its callback, later."""
    source = "exports.handler = (event, context, callback) => { setTimeout(() => callback(null, [1]), 20); };"
    assert make(functions, node, {"app.js": source}).invoke({}).payload == [1]


def test_node_24_takes_no_callbacks(functions: Functions) -> None:
    """AWS's own error says so."""
    function = make(
        functions, "nodejs24.x", {"app.js": "exports.handler = (event, context, callback) => {};"}
    )
    assert function.invoke({}).payload["errorType"] == "Runtime.CallbackHandlerDeprecated"


@pytest.mark.parametrize("node", NODES)
def test_a_streaming_handler_answers_with_all_that_it_wrote(functions: Functions, node: str) -> None:
    """Where it is invoked for a whole answer; an error at its end is the answer."""
    source = (
        "export const handler = awslambda.streamifyResponse(async (event, stream) => {\n"
        '  stream.write("[1,"); stream.write("2]");\n'
        '  if (event.do === "raise") throw new RangeError("it");\n'
        "  stream.end(); await stream.finished;\n"
        "});"
    )
    function = make(functions, node, {"app.mjs": source})
    assert function.invoke({}).payload == [1, 2]
    assert function.invoke({"do": "raise"}).payload["errorType"] == "RangeError"


@pytest.mark.parametrize("node", NODES)
def test_a_module_that_cannot_be_loaded_is_an_init_error(functions: Functions, node: str) -> None:
    """Reported for both attempts, with AWS's error type."""
    answer = make(functions, node, {"app.js": "exports.handler = ) ;"}).invoke({})
    assert answer.payload["errorType"] == "Runtime.UserCodeSyntaxError"
    assert answer.log.count("\tError Type: Runtime.UserCodeSyntaxError") == 3
    assert "Phase: invoke\tStatus: error" in answer.log


def test_a_package_without_a_bootstrap_cannot_begin(functions: Functions) -> None:
    """In Lambda's words."""
    answer = functions.make({"app.py": ""}, Runtime="provided.al2023").invoke({})
    assert answer.payload["errorType"] == "Runtime.InvalidEntrypoint"
    assert answer.payload["errorMessage"].endswith(
        "Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
    )


def test_a_bootstrap_for_another_machine_is_named_as_such(functions: Functions) -> None:
    """The error says what it was compiled for."""
    elf = "\x7fELF\x02\x01" + "\0" * 12 + "\x08\0" + "\0" * 40  # a MIPS
    answer = functions.make({"bootstrap": elf}, Runtime="provided.al2023").invoke({})
    assert "fork/exec /var/task/bootstrap: exec format error" in answer.payload["errorMessage"]
    assert "compiled for machine 0x8" in answer.payload["errorMessage"]


def test_a_java_package_without_awss_client_is_refused(functions: Functions) -> None:
    """The function's state says what is missing, and where it is to be had."""
    with pytest.raises(FailedFunctionError, match="aws-lambda-java-runtime-interface-client"):
        functions.make({"app.jar": ""}, Runtime="java21")
