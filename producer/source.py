"""A file or standard input, read line by line, told apart by what stands in it."""

import gzip
import io
import sys
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Literal

from bootstrap.errors import UsageError
from producer.accesslog import AccessLog, parse_line
from producer.visitors import Pseudonyms
from tailrace.stream import jsonlines, recorded
from tailrace.stream.event import Event, Unreadable

LONGEST_LINE = 10 * 2**20
"""Bytes; no stream takes a larger record."""
LOOKED_AT = 20
"""Lines that are looked at to tell what a source is."""

type Line = tuple[int, bytes] | Unreadable
type Form = Literal["json", "access log", "recording"]


class SourceError(UsageError):
    """The source is nothing that can be sent."""


def opened(source: str) -> io.BufferedIOBase:
    """Open a file, or standard input for `-`; what begins as gzip does is unpacked."""
    if source == "-" and sys.stdin is None:
        raise SourceError("SOURCE=- is standard input, and that is closed: give it one, or name a file.")
    file = io.BufferedReader(
        io.FileIO(sys.stdin.fileno() if source == "-" else source, closefd=source != "-")
    )
    return gzip.open(file) if file.peek(2)[:2] == b"\x1f\x8b" else file


def lines(file: io.BufferedIOBase) -> Iterator[Line]:
    """Give each line with its number from 1, without its end; a line too long to be sent is `Unreadable`."""
    number = 0
    while True:
        number += 1
        try:
            line = file.readline(LONGEST_LINE)
            whole = len(line) < LONGEST_LINE or line.endswith(b"\n")
            while not whole:
                whole = (rest := file.readline(LONGEST_LINE)).endswith(b"\n") or not rest
                if whole:
                    yield Unreadable(number, f"longer than {LONGEST_LINE:,} bytes")
                    line = b"\n"
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            yield Unreadable(number, f"the gzip file is cut off or damaged here: {error}")
            return
        if not line:
            return
        if line not in {b"\n", b"\r\n"}:
            yield number, line.removesuffix(b"\n").removesuffix(b"\r")


def unmarked(given: Iterator[Line]) -> Iterator[Line]:
    """Give the lines without the mark that some programs put in front of UTF-8."""
    first = next(given, None)
    if first is None:
        return
    yield first if isinstance(first, Unreadable) else (first[0], first[1].removeprefix(BOM_UTF8))
    yield from given


def form_of(line: bytes) -> Form | None:
    """Tell what a line is, if it is anything that is known here."""
    if recorded.is_recorded(line):
        return "recording"
    try:
        jsonlines.parse_object(line)
    except ValueError:
        pass
    else:
        return "json"
    try:
        parse_line(line.decode(errors="backslashreplace"))
    except ValueError:
        return None
    return "access log"


def told_apart(given: Iterator[Line], name: str) -> tuple[Form, Iterator[Line]]:
    """Tell what a source is by the first of its lines that is anything; give back all its lines."""
    looked_at: list[Line] = []
    for line in given:
        looked_at.append(line)
        form = None if isinstance(line, Unreadable) else form_of(line[1])
        if form:
            return form, chain(looked_at, given)
        if len(looked_at) == LOOKED_AT:
            break
    if not looked_at:
        raise SourceError(f"SOURCE={name} is empty: there is nothing to send.")
    last = looked_at[-1]
    if isinstance(last, Unreadable):
        raise SourceError(f"SOURCE={name} cannot be read: line {last.line}: {last.reason}.")
    raise SourceError(
        f"SOURCE={name} is neither JSON Lines nor an access log in combined format: none of its first "
        f"{len(looked_at)} lines is. RAW=1 sends its lines as they stand."
    )


def read(source: str, pseudonyms: Pseudonyms, clock: Callable[[], str]) -> Iterator[Event | Unreadable]:
    """Give what stands on each line of JSON Lines, an access log or a recording; blank lines are passed over.

    `clock` gives the time for events that have none, in ISO 8601.
    """
    form, numbered = told_apart(unmarked(lines(opened(source))), source)
    log = AccessLog(pseudonyms)
    for line in numbered:
        if isinstance(line, Unreadable):
            yield line
        elif form == "access log":
            yield log.read_line(*line)
        elif form == "recording" and line[1].strip():
            yield recorded.read_line(*line)
        elif line[1].strip():
            yield jsonlines.read_line(*line, clock())


def read_raw(source: str) -> Iterator[Event | Unreadable]:
    """Give each line as it stands, whatever it is; blank lines are passed over."""
    for line in lines(opened(source)):
        yield line if isinstance(line, Unreadable) else jsonlines.read_raw(*line)
