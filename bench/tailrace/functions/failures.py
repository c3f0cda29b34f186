"""How an invocation fails, in AWS's words. Pure."""

import json
from typing import NamedTuple

from tailrace.functions.runtime_api import PAYLOAD_LIMIT

_SIGNALS = {
    1: "hangup",
    2: "interrupt",
    3: "quit",
    4: "illegal instruction",
    5: "trace/breakpoint trap",
    6: "aborted",
    7: "bus error",
    8: "floating point exception",
    9: "killed",
    11: "segmentation fault",
    13: "broken pipe",
    14: "alarm clock",
    15: "terminated",
}


class FunctionFailure(NamedTuple):
    """Why a function gave no answer.

    `status` is the word of the REPORT line ("error", "timeout"), `log` what the platform itself writes into
    the function's log about it (the runtime has written its own errors there already).
    """

    payload: bytes
    error_type: str
    status: str = "error"
    log: tuple[str, ...] = ()


def timed_out(request_id: str, seconds: float, now: str) -> FunctionFailure:
    """Say that the function did not answer in time; `now` is the moment as Lambda's log writes it."""
    text = f"Task timed out after {seconds:.2f} seconds"
    payload = _payload("Sandbox.Timedout", f"RequestId: {request_id} Error: {text}")
    return FunctionFailure(payload, "Sandbox.Timedout", "timeout", (f"{now} {request_id} {text}\n\n",))


def exited(request_id: str, code: int) -> FunctionFailure:
    """Say that the process ended: `code` as `subprocess` gives it, negative for a signal."""
    return _exit(request_id, "Runtime.ExitError", exit_text(code))


def out_of_memory(request_id: str) -> FunctionFailure:
    """Say that the function took more than its memory size and was killed."""
    return _exit(request_id, "Runtime.OutOfMemory", exit_text(-9))


def no_entrypoint(request_id: str, error_type: str, text: str) -> FunctionFailure:
    """Say that there is no program to start, or none that this machine can run."""
    return _exit(request_id, error_type, text)


def exit_text(code: int) -> str:
    """Word how a process ended, as Lambda does."""
    if code == 0:
        return "Runtime exited without providing a reason"
    if code < 0:
        return f"Runtime exited with error: signal: {_SIGNALS.get(-code, f'signal {-code}')}"
    return f"Runtime exited with error: exit status {code}"


def answer_too_large(size: int) -> FunctionFailure:
    """Say that the function answered more than 6 MB."""
    kind = "Function.ResponseSizeTooLarge"
    text = (
        f"Response payload size ({size} bytes) exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes)."
    )
    return FunctionFailure(_payload(kind, text), kind)


def reported(payload: bytes, error_type: str) -> FunctionFailure:
    """Pass on what the runtime reported: an exception, a missing module, an answer that is no JSON."""
    return FunctionFailure(payload, error_type or _type_in(payload))


def _exit(request_id: str, error_type: str, text: str) -> FunctionFailure:
    message = f"RequestId: {request_id} Error: {text}"
    return FunctionFailure(_payload(error_type, message), error_type, log=(f"{message}\n{error_type}\n",))


def _payload(error_type: str, message: str) -> bytes:
    return json.dumps({"errorType": error_type, "errorMessage": message}, separators=(",", ":")).encode()


def _type_in(payload: bytes) -> str:
    try:
        document = json.loads(payload)
    except ValueError:
        return "Unhandled"
    return str(document.get("errorType", "Unhandled")) if isinstance(document, dict) else "Unhandled"
