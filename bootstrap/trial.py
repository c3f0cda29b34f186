"""Invoke the deployed handler once, with no records: can it be imported? It touches no table."""

import re
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from botocore.exceptions import ReadTimeoutError

from bootstrap.errors import HandlerError
from bootstrap.failures import LAYER, Failure, importing_place, of_answer
from bootstrap.package import HANDLER, REQUIREMENTS, sources
from bootstrap.requirements import shown_path

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient

EMPTY = b'{"Records": []}'
PATIENCE = 30
"""Seconds that an import may take; Lambda itself begins anew after ten."""
IMPATIENT = {"read_timeout": PATIENCE, "retries": {"total_max_attempts": 1}}
_LAMBDA_S = re.compile(r"Unable to import module '[^']+': |RequestId: \S+ Error: ")
_AGAIN = "The stream keeps the events meanwhile: fix that and run `make up` again."


def try_out(function: str, client: "LambdaClient", folder: Path) -> Failure | None:
    """Invoke the function with an empty batch; return what it failed with, if it can be imported.

    Raises `HandlerError` with file, line and error if it cannot. `folder` is where the user's files stand.
    """
    try:
        answer = client.invoke(FunctionName=function, Payload=EMPTY)
    except ReadTimeoutError:
        raise HandlerError(
            f"The handler has not answered an empty batch for {PATIENCE} s: something that runs while it is "
            f"imported does not end. {_AGAIN}"
        ) from None
    payload = answer["Payload"].read()
    if not answer.get("FunctionError"):
        return None
    failure = of_answer(payload)
    if not failure.importing and failure.kind != "Runtime.ExitError":
        return failure
    raise HandlerError(
        f"The handler cannot be imported: {described(placed(failure, folder), folder)}\n{_AGAIN}"
    )


class Trial:
    """A trial that begins as soon as the function stands, while the rest of the stack is made."""

    def __init__(self, client: "LambdaClient", folder: Path) -> None:
        self._client, self._folder = client, folder
        self._ended: Future[Failure | None] | None = None

    def begin(self, function: str) -> None:
        """Invoke it in the background; again: nothing."""
        if self._ended is None:
            self._ended = Future()
            Thread(target=self._run, args=(function, self._ended), name="trial", daemon=True).start()

    def result(self) -> Failure | None:
        """Wait for what `try_out` returns or raises; None if it was not begun."""
        return self._ended.result() if self._ended else None

    def _run(self, function: str, ended: "Future[Failure | None]") -> None:
        try:
            ended.set_result(try_out(function, self._client, self._folder))
        except BaseException as error:  # noqa: BLE001  whoever asks for the result gets it
            ended.set_exception(error)


def placed(failure: Failure, folder: Path) -> Failure:
    """Return a failure of the handler with its place in the user's folder, also where Lambda says none."""
    place = failure.place
    if failure.importing and not place:
        place = importing_place(failure.message, sources(HANDLER, "handler") | sources(folder, "handler"))
    return failure._replace(place=shown_place(place, folder))


def described(failure: Failure, folder: Path) -> str:
    """Return a failed import as file, line and error, with what helps where that is known."""
    kind = failure.kind.removeprefix("Runtime.")
    where = f"{failure.place}: " if failure.place else ""
    message = _LAMBDA_S.sub("", failure.message)
    hint = ""
    if message.startswith("No module named"):
        hint = f" Packages are installed from {shown_path(folder / REQUIREMENTS)}."
    return f"{where}{kind}: {message}.{hint}"


def shown_place(place: str, folder: Path) -> str:
    """Return a place in the archive as one in the user's folder, where it is a file of that.

    >>> shown_place("handler/once/store.py:7", Path("mine"))
    'handler/once/store.py:7'
    """
    own = place.removeprefix("handler/")
    return shown_path(folder / own) if (folder / own.rpartition(":")[0]).is_file() else place


def refuse_syntax_errors(folder: Path) -> None:
    """Raise `HandlerError` with file and line if one of the user's Python files is no Python."""
    for name, content in sources(folder, "handler").items():
        if name.endswith(".py") and not name.startswith(LAYER):
            try:
                compile(content, name, "exec", dont_inherit=True)
            except (SyntaxError, ValueError) as error:  # ValueError: a file with NUL bytes
                place = shown_place(f"{name}:{getattr(error, 'lineno', None) or 1}", folder)
                said = getattr(error, "msg", str(error))
                raise HandlerError(
                    f"{place}: SyntaxError: {said}. Nothing was deployed: fix that and try again."
                ) from None
