"""What regular expressions are compiled to is kept from one start to the next, as Python keeps its modules.

LocalStack and what it stands on compile four hundred as they are imported, which takes 30 ms of each start's
CPU time; to read what came of it takes one. It is looked up by the very expression, and what is kept has been
found to be equal to what Python compiles, so it is right whatever LocalStack is; the file's name has Python's
version.
"""

import marshal
import os
import re
import sys
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

from tailrace.seams import replace

FILE = f"patterns-{sys.implementation.cache_tag}-{sys.hexversion:x}"

_compiler: Any = import_module("re._compiler")
_parser: Any = import_module("re._parser")
_engine: Any = import_module("_sre")

type Expression = tuple[str | bytes, int]
"""Text and flags."""


class KeptPatterns:
    """The expressions that were compiled at starts before, and what this one compiles besides."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept = _read(file)
        self._new: set[Expression] = set()
        self._changing = Lock()
        self._usual: Any = None

    def begin(self) -> None:
        """Compile by what is kept from now on."""

        def compiled(p: Any, flags: int = 0) -> re.Pattern[Any]:  # noqa: ANN401  see there
            return self.compiled(p, flags)

        self._usual = replace(_compiler, "compile", compiled)

    def compiled(self, p: Any, flags: int) -> re.Pattern[Any]:  # noqa: ANN401  a text or what was parsed of it
        """Compile an expression, as `re` asks for it."""
        asked = p, flags
        if kept := self._kept.get(asked):
            with suppress(RuntimeError, TypeError, ValueError):  # the file has been changed by somebody
                found: re.Pattern[Any] = _engine.compile(*kept)
                return found
        made: re.Pattern[Any] = self._usual(p, flags)
        if isinstance(p, str | bytes) and not flags & re.DEBUG:
            with self._changing:
                self._new.add((p, int(flags)))
        return made

    def end(self) -> None:
        """Leave it to Python from now on, and keep what is new."""
        if self._usual is None:
            return
        replace(_compiler, "compile", self._usual)
        with self._changing:
            new = {asked: given for asked in self._new if (given := _given(*asked))}
        if not new:
            return
        draft = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        with suppress(OSError):  # a folder that nobody may write: the next start compiles them again
            self._file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(marshal.dumps({**self._kept, **new}))
            draft.replace(self._file)


@cache
def of_process() -> KeptPatterns:
    """Return this process's."""
    return KeptPatterns(Path(os.environ["TAILRACE_HOME"]) / "cache" / FILE)


def _read(file: Path) -> dict[Any, Any]:
    """Return what a file holds; nothing where there is none, or it cannot be read."""
    try:
        found = marshal.loads(file.read_bytes())  # noqa: S302  of our own folder, as Python's compiled files
    except (OSError, EOFError, ValueError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _given(text: str | bytes, flags: int) -> tuple[Any, ...] | None:
    """Return what Python gives its engine for an expression; None if that comes to something else."""
    parsed = _parser.parse(text, flags)
    names = dict(parsed.state.groupdict)
    groups: list[str | None] = [None] * parsed.state.groups
    for name, number in names.items():
        groups[number] = name
    code = [int(word) for word in _compiler._code(parsed, flags)]  # noqa: SLF001  as Python's own module does
    given = text, int(flags | parsed.state.flags), code, parsed.state.groups - 1, names, tuple(groups)
    same = _engine.compile(*given) == _compiler.compile(text, flags)
    return given if same else None
