"""A line of a function's log, as somebody reads it: its level, its message, its fields. Pure.

A line is one JSON object (a function's own, or Lambda's with the log format JSON), or text. Lambda's lines
about an invocation (START, END, REPORT, …) have the level INFO; what it writes of one that failed has ERROR.
"""

import json
import re
from collections.abc import Collection
from typing import Any, NamedTuple

LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
"""From the least to the most severe."""
_OTHER_NAMES = {"WARNING": "WARN", "CRITICAL": "FATAL"}
PLATFORM = re.compile(r"(INIT_START|START|END|REPORT|RESTORE_\w+|XRAY|EXTENSION|TELEMETRY) ?.*", re.DOTALL)
_FAILED = re.compile(r"\[ERROR\]|Task timed out after|RequestId: \S+ Error:|.*Task timed out after")
_TAGGED = re.compile(r"\[(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL)\]\s*")
_STAMPS = {"time", "timestamp"}


class LogLine(NamedTuple):
    """What a line says."""

    level: str
    """One of `LEVELS`."""
    text: str
    """The message, with the fields behind it."""
    block: tuple[str, ...] = ()
    """Lines that belong below it: a traceback."""
    platform: bool = False
    """Whether it is Lambda's own, about an invocation."""

    def severe(self, level: str) -> bool:
        """Tell whether it is of this level or above."""
        return LEVELS.index(self.level) >= LEVELS.index(level)

    def holds(self, text: str) -> bool:
        """Tell whether a text stands in it, in capitals or not."""
        return text.casefold() in "\n".join((self.level, self.text, *self.block)).casefold()


def parsed(message: str, without: Collection[str] = ()) -> LogLine:
    """Return what a line says; `without` are fields that are left out.

    >>> parsed('{"level": "WARN", "message": "left", "records": 3}').text
    'left records=3'
    >>> parsed("[WARNING] slow").level
    'WARN'
    """
    text = message.rstrip()
    body = _object(text)
    return _of_text(text) if body is None else _of_object(body, without)


def _object(text: str) -> dict[str, Any] | None:
    if not text.startswith("{"):
        return None
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _of_object(body: dict[str, Any], without: Collection[str]) -> LogLine:
    platform = str(body.get("type", "")).startswith("platform.")
    fields = (
        dict(body.get("record") or {}) if platform and isinstance(body.get("record"), dict) else dict(body)
    )
    message = body["type"] if platform else fields.pop("message", fields.pop("msg", ""))
    level = _level(str(fields.pop("level", "INFO")))
    if not isinstance(message, str):
        message = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    first, *block = message.splitlines() or [""]
    words = [first]
    for name, value in fields.items():
        if name in without or name in _STAMPS:
            continue
        if isinstance(value, str) and "\n" in value:
            block += value.splitlines()
        else:
            words.append(f"{name}={_shown(value)}")
    return LogLine(level, " ".join(filter(None, words)), tuple(block), platform)


def _shown(value: Any) -> str:  # noqa: ANN401  whatever JSON holds
    """Return a field's value: a word as it is, all else as JSON."""
    if isinstance(value, str) and re.fullmatch(r"[^\s\"=]+", value):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _of_text(text: str) -> LogLine:
    first, *block = text.replace("\t", "  ").splitlines() or [""]
    if PLATFORM.fullmatch(first):
        return LogLine("INFO", first.rstrip(), tuple(block), platform=True)
    tag = _TAGGED.match(first)
    level = _level(tag[1]) if tag else "ERROR" if _FAILED.match(first) else "INFO"
    return LogLine(level, first[tag.end() :] if tag else first, tuple(block))


def _level(word: str) -> str:
    word = _OTHER_NAMES.get(word.upper(), word.upper())
    return word if word in LEVELS else "INFO"
