"""Names of LocalStack, Twisted, werkzeug and botocore that the bench puts its own in place of, or overrides.

First choice is a subclass named by an entry point, or a hook. Only where there is none a name is replaced,
and only by `replace(owner, name, ours)`, which returns what was there before. Each such name, and each that a
subclass of ours overrides, stands in `known_names.py` with the signature that we know.

As LocalStack starts, `check` looks at every known name, also of modules that are loaded much later: it reads
their compiled code, and imports nothing. A name that is gone, or that takes other parameters, ends the start
with a sentence (`SeamError`); so a changed LocalStack never runs half replaced.

A signature is the parameters' names, as Python writes them, without defaults and annotations:
`(self, provider, payload)`, `(*args, port, **kwargs)`. Of a `class` and of any other `value` only the name is
known. Nothing here needs LocalStack.
"""

import dis
import inspect
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from tailrace.known_names import KNOWN

type Names = Mapping[str, Mapping[str, str]]
"""Signatures by name, by module."""

VALUE, CLASS = "value", "class"
OTHER = (
    "This is another version than the bench was made for: run `tailrace install`, which installs the "
    "versions that fit together"
)
REFUSED = "tailrace: "
"""How the sentence begins in LocalStack's log that says why it does not start."""
_NOTHING = object()
_OURS: dict[tuple[str, str], object] = {}
"""What stands in a name's place, by module and name."""


class SeamError(Exception):
    """A name that the bench replaces is not what it knows."""


@dataclass(frozen=True, order=True)
class Seam:
    """A name of somebody else's: its module, its name there (`Class.method`), what we know of it."""

    module: str
    name: str
    known: str

    def __str__(self) -> str:
        return f"{self.module}:{self.name}{self.known if self.known.startswith('(') else ''}"


def seams(known: Names = KNOWN) -> tuple[Seam, ...]:
    """Return all names that the bench replaces, in order."""
    every = (Seam(module, *name) for module, names in known.items() for name in names.items())
    return tuple(sorted(every))


def replace(owner: ModuleType | type, name: str, ours: object, known: Names = KNOWN) -> Any:  # noqa: ANN401  any thing
    """Put ours in place of a known name of a module or class, and return what was there.

    A name that a module's code makes only where something is installed may be missing: None is returned.
    Of a static method the function is returned, and ours becomes one too. Raises SeamError if the name is not
    in the table, is not there, or is not what the table says.
    """
    module, path = owner.__name__, name
    if isinstance(owner, type):
        module, path = owner.__module__, f"{owner.__qualname__}.{name}"
    if path not in known.get(module, {}):
        raise SeamError(
            f"{module}:{path} is not a name that the bench may replace: add it to known_names.py."
        )
    seam = Seam(module, path, known[module][path])
    usual = vars(owner).get(name, _NOTHING)
    if usual is _NOTHING and isinstance(owner, ModuleType):
        _compare(seam, _known_to_code(module, name))
        usual = None
    else:
        _compare(seam, None if usual is _NOTHING else _described(usual))
    fixed = isinstance(usual, staticmethod)
    _OURS[module, path] = staticmethod(ours) if fixed and callable(ours) else ours
    setattr(owner, name, _OURS[module, path])
    return usual.__func__ if fixed else usual


def check(known: Names = KNOWN, passed: Path | None = None) -> None:
    """Look whether every known name is there and takes what we know.

    `passed` is a file that notes what passed: while the table and all files are the same, nothing is read.
    Raises SeamError for the first name that is not what we know.
    """
    now = _fingerprint(known) if passed else ""
    if passed and passed.exists() and passed.read_text(encoding="utf-8") == now:
        return
    _check(known)
    if passed:
        passed.parent.mkdir(parents=True, exist_ok=True)
        draft = passed.with_name(f"{passed.name}.{os.getpid()}")
        draft.write_text(now, encoding="utf-8")
        draft.replace(passed)


def _fingerprint(known: Names) -> str:
    """Return what tells whether a check would find anything else: the table, each file's place and time."""
    files = []
    for module in sorted(known):
        spec = _found(module)
        file = Path(spec.origin) if spec and spec.origin else None
        at = file.stat() if file else None
        files.append(f"{file} {at.st_mtime_ns} {at.st_size}" if at else f"{module} is gone")
    return sha256(repr((files, sorted(map(str, seams(known))))).encode()).hexdigest()


def _check(known: Names) -> None:
    for module, names in sorted(known.items()):
        loaded = sys.modules.get(module)
        for name, signature in names.items():
            found = _described_in(loaded, module, name) if loaded else None
            _compare(Seam(module, name, signature), found or _known_to_code(module, name))


def write_list(file: Path) -> None:
    """Write the names down, which says that the bench is in this LocalStack."""
    file.write_text("".join(f"{seam}\n" for seam in seams()), encoding="utf-8")


def signature_in(module: CodeType, name: str) -> str | None:
    r"""Return the signature of a name in a module's compiled code; None if the code defines no such name.

    >>> code = compile("class A:\n    def f(self, *args, key=1): ...", "", "exec")
    >>> signature_in(code, "A.f"), signature_in(code, "A"), signature_in(code, "B")
    ('(self, *args, key)', 'class', None)
    """
    *classes, last = name.split(".")
    code = module
    for one in classes:
        inner = _defined(code, one)
        if inner is None:
            return None
        code = inner
    found = _defined(code, last)
    if found is None:
        return VALUE if last in _stored(code) else None
    return CLASS if "__qualname__" in found.co_names else _parameters(found)


def _described_in(loaded: object, module: str, name: str) -> str | None:
    """Describe what stands at a name of a module that is loaded; None if nothing does, or ours."""
    thing = loaded
    for part in name.split("."):
        thing = vars(thing).get(part, _NOTHING)
        if thing is _NOTHING:
            return None
    return None if thing is _OURS.get((module, name)) else _described(thing)


def _described(thing: object) -> str:
    """Describe a thing as the table does."""
    if isinstance(thing, type):
        return CLASS
    function = thing.__func__ if isinstance(thing, staticmethod | classmethod) else thing
    code = getattr(inspect.unwrap(function) if callable(function) else function, "__code__", None)
    return _parameters(code) if isinstance(code, CodeType) else VALUE


def _compare(seam: Seam, found: str | None) -> None:
    """Raise SeamError unless what was found is what we know."""
    if found is None:
        what = f"{seam.module} has no {seam.name}, which the bench replaces"
    elif seam.known not in {VALUE, found}:
        what = f"{seam.module} has {seam.name} as {found}, where the bench knows {seam.known}"
    else:
        return
    raise SeamError(f"{what}. {OTHER}.")


def _known_to_code(module: str, name: str) -> str | None:
    """Return the signature of a name as the module's code makes it, which may be under a condition."""
    code = _compiled(module)
    return signature_in(code, name) if code else None


@cache
def _compiled(module: str) -> CodeType | None:
    """Return a module's compiled code, without importing it or its packages; None if there is none."""
    spec = _found(module)
    return spec.loader.get_code(module) if spec and isinstance(spec.loader, SourceFileLoader) else None


def _found(module: str) -> ModuleSpec | None:
    """Find a module, without importing it or its packages."""
    spec, places, name = None, None, ""
    for part in module.split("."):
        name = f"{name}.{part}".lstrip(".")
        spec = PathFinder.find_spec(name, places)
        if spec is None:
            return None
        places = spec.submodule_search_locations
    return spec


def _defined(code: CodeType, name: str) -> CodeType | None:
    """Return the code of a function or class that is defined directly in this code; the last one counts."""
    inner = [const for const in code.co_consts if isinstance(const, CodeType) and const.co_name == name]
    return inner[-1] if inner else None


def _stored(code: CodeType) -> set[str]:
    return {str(step.argval) for step in dis.get_instructions(code) if step.opname.startswith("STORE_")}


def _parameters(code: CodeType) -> str:
    """Spell a function's parameters as its table entry does."""
    return f"({', '.join(_names(code))})"


def _names(code: CodeType) -> Iterator[str]:
    names, positional, keyword = code.co_varnames, code.co_argcount, code.co_kwonlyargcount
    at = positional + keyword
    for number, name in enumerate(names[:positional]):
        yield name
        if number + 1 == code.co_posonlyargcount:
            yield "/"
    if code.co_flags & inspect.CO_VARARGS:
        yield f"*{names[at]}"
        at += 1
    elif keyword:
        yield "*"
    yield from names[positional : positional + keyword]
    if code.co_flags & inspect.CO_VARKEYWORDS:
        yield f"**{names[at]}"


if __name__ == "__main__":  # for `tailrace doctor`, with LocalStack's Python
    try:
        check()
    except SeamError as error:
        sys.exit(str(error))
