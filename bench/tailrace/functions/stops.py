"""Why an invocation has no answer, and how one is to end."""

from typing import Literal, NamedTuple


class StopReason(NamedTuple):
    """Why there is no answer. `init-error` and `error` carry what the runtime reported.

    `entrypoint`: there is nothing that could be started; `payload` says why.
    """

    kind: Literal["timeout", "exit", "memory", "init-error", "error", "too-large", "entrypoint"]
    exit_code: int = 0
    payload: bytes = b""
    error_type: str = ""
    size: int = 0


class Doom(NamedTuple):
    """How an invocation is to end: before the function has the event, in the middle of its answer, after."""

    moment: Literal["before", "after", "answer"]
    stop: StopReason
