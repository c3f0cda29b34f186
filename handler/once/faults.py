"""An exception in `analyse`, as it may be told: its type and where it was raised, nothing of the event.

An exception's message may quote the event (`invalid literal for int() with base 10: '…'`), so it is left
out; the traceback's lines are those of the source. A missing key shows all the same, since Python marks the
part of the line that failed.
"""

import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

LAYER = Path(__file__).resolve().parent
ROOT = LAYER.parent.parent
"""The folder of the function's code: /var/task on Lambda."""
MOST_CAUSES = 5
"""Exceptions of one chain that are told."""


class Fault(NamedTuple):
    """An exception that `analyse` raised."""

    kind: str
    """The exception's type."""
    where: str
    """File and line, the file by its path from the function's root: `handler/analytics.py:42`."""
    trace: str
    """Its traceback, and those of its causes, without any message."""

    def __str__(self) -> str:
        """Say what was raised, and where."""
        return f"{self.kind} at {self.where}"


def fault_of(error: BaseException) -> Fault:
    """Return what may be told of an exception."""
    frames = _frames(error.__traceback__)
    trace = "".join(_traceback(error)).replace(f"{ROOT.as_posix()}/", "")
    return Fault(type(error).__name__, _where(frames), trace)


def _frames(trace: TracebackType | None) -> traceback.StackSummary:
    """Return the frames that are not the layer's own; all of them where it failed itself."""
    frames = traceback.extract_tb(trace)
    foreign = [frame for frame in frames if not Path(frame.filename).is_relative_to(LAYER)]
    return traceback.StackSummary.from_list(foreign or frames)


def _where(frames: traceback.StackSummary) -> str:
    """Name the innermost line of the user's own code; of a package's, where there is none."""
    if not frames:
        return "an unknown place"
    own = [frame for frame in frames if _is_own(frame.filename)]
    frame = (own or frames)[-1]
    return f"{_short(frame.filename)}:{frame.lineno}"


def _is_own(filename: str) -> bool:
    """Tell whether a file belongs to the package that this layer is in, rather than to an installed one."""
    return Path(filename).resolve().is_relative_to(LAYER.parent)


def _short(filename: str) -> str:
    path = Path(filename)
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else filename


def _traceback(error: BaseException) -> Iterator[str]:
    """Give the traceback's text, the first cause first, as Python prints it but for the messages."""
    chain = [error]
    while len(chain) < MOST_CAUSES and (cause := _cause(chain[-1])) is not None and cause not in chain:
        chain.append(cause)
    for index, each in enumerate(reversed(chain)):
        if index:
            yield "\nwhich led to:\n\n"
        yield "Traceback (most recent call last):\n"
        yield from _frames(each.__traceback__).format()
        yield f"{type(each).__name__}\n"


def _cause(error: BaseException) -> BaseException | None:
    if error.__cause__ is not None or error.__suppress_context__:
        return error.__cause__
    return error.__context__
