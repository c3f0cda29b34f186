"""Where one record of a stream ended, as a project's adapter tells: for `tailrace trace`.

The adapter is that of the promise suite, named as `tests/test_promises.py:TestReadings` or as
`package.module:TestReadings`; the class may be left out where the module has one alone.
"""

import sys
import tomllib
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tailrace.arns import named
from tailrace.story.errors import StoryError
from tailrace.story.tracing import Story
from tailrace.testing.audit import Acknowledged
from tailrace.testing.bench import Bench
from tailrace.testing.promises.adapter import Adapter
from tailrace.testing.promises.story import ends
from tailrace.testing.promises.subject import Subject

NOWHERE = "nowhere: neither stored, nor set aside, nor in a dead letter"
NAMELESS = "unknown: neither set aside nor in a dead letter, and the adapter tells no identity by its bytes"
UNDER_WAY = "not yet: the mapping is still before it"


def named_in(folder: Path) -> str:
    """Return the adapter that `[tool.tailrace]` of a folder's pyproject.toml names; empty if none does."""
    path = folder / "pyproject.toml"
    if not path.exists():
        return ""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("tailrace", {})
    except tomllib.TOMLDecodeError as error:
        raise StoryError(f"{path} cannot be read: {error}.") from None
    return str(found.get("adapter", ""))


def load(name: str, folder: Path) -> Adapter:
    """Return the adapter of a name, in a project whose folder this is. Raises StoryError, with a sentence."""
    where, _, wanted = name.partition(":")
    module = _module(where, folder)
    made = {
        one.__name__: one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Adapter) and one.__module__ == module.__name__
    }
    if wanted in made:
        return made[wanted]()
    if not wanted and len(made) == 1:
        return made.popitem()[1]()
    there = ", ".join(made) or "none"
    what = f"no adapter {wanted}" if wanted else "not one adapter alone"
    raise StoryError(f"{where} has {what}, but {there}: name a class that is derived from Promises.")


def ended(adapter: Adapter, bench: Bench, of: Story, identity: str = "") -> list[str]:
    """Tell where a record ended: `stored`, `stored 2 times`, `in a dead letter`, …; or that it did nowhere.

    `identity` is the event's, where the user has told it. Raises StoryError where the adapter fails.
    """
    adapter.tailrace = bench
    subject = Subject(adapter, bench)
    data = of.record.data if of.record else None
    key = of.record.partition_key if of.record else ""
    try:
        known = identity or (adapter.identity(data) if data is not None else None)
        record = Acknowledged(known or of.number, key, of.shard_id, of.number, data)
        found = subject.look([record])
    except Exception as error:
        raise StoryError(f"{_named(adapter)} cannot tell where it ended: {_said(error)}") from error
    finally:
        subject.close()
    if where := ends(record, found):
        return where
    if found.behind:
        return [UNDER_WAY]
    return [NOWHERE if known else NAMELESS]


def stream_of(adapter: Adapter, bench: Bench) -> str:
    """Return the stream that an adapter is about. Raises StoryError where it cannot be told."""
    adapter.tailrace = bench
    try:
        return named(adapter.stream)
    except Exception as error:
        raise StoryError(f"{_named(adapter)} does not tell its stream: {_said(error)}") from error


def _named(adapter: Adapter) -> str:
    return f"The adapter {type(adapter).__name__}"


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _module(where: str, folder: Path) -> ModuleType:
    """Import a module by its name, or by its file as pytest does, with the file's folder on the path."""
    path = (folder / where).resolve()
    by_file = where.endswith(".py")
    if by_file and not path.exists():
        raise StoryError(f"There is no file {where} with an adapter.")
    sys.path[:0] = [str(path.parent if by_file else folder)]
    try:
        return import_module(path.stem if by_file else where)
    except Exception as error:
        raise StoryError(f"The adapter in {where} cannot be loaded: {_said(error)}") from error
