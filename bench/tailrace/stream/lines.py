"""A file or standard input, unpacked and read line by line."""

import bz2
import gzip
import io
import lzma
import os
import stat
import sys
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from typing import Any

from tailrace.stream.errors import SourceError
from tailrace.stream.event import Unreadable

LONGEST_LINE = 10 * 2**20
"""Bytes; no stream takes a larger record."""
STANDARD_INPUT = "-"

type Line = tuple[int, bytes] | Unreadable
type Input = io.BufferedReader[io.FileIO] | gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile

_PACKED: dict[bytes, Callable[[Any], Input]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
}
"""By what a file begins with."""


def may_wait(source: str) -> bool:
    """Tell whether a source may keep its reader waiting: a pipe, a terminal, a device; no plain file does."""
    try:
        about = os.fstat(sys.stdin.fileno()) if source == STANDARD_INPUT else os.stat(source)  # noqa: PTH116  beside fstat
    except (OSError, ValueError, AttributeError):  # it is not there: that is said where it is opened
        return source == STANDARD_INPUT
    return not stat.S_ISREG(about.st_mode)


def opened(source: str) -> Input:
    """Open a file, or standard input for `-`; what begins as gzip, bzip2 or xz does is unpacked.

    An OSError names the file.
    """
    if source == STANDARD_INPUT and sys.stdin is None:
        raise SourceError("Standard input is closed: give it one, or name a file.")
    piped = source == STANDARD_INPUT
    file = io.BufferedReader(io.FileIO(sys.stdin.fileno() if piped else source, closefd=not piped))
    try:
        head = file.peek(6)
    except OSError as error:
        file.close()
        raise OSError(error.errno, error.strerror, source) from error
    unpack = next((unpack for mark, unpack in _PACKED.items() if head.startswith(mark)), None)
    if unpack is None:
        return file
    if may_wait(source) or piped:  # what was peeked at cannot be read again
        return unpack(file)
    file.close()
    return unpack(source)


def lines(file: io.BufferedIOBase, name: str) -> Iterator[Line]:
    """Give each line with its number from 1, without its end; a line too long to be sent is `Unreadable`.

    Blank lines are counted and passed over. An OSError names the file, which is closed at its end.
    """
    with file:
        yield from _lines(file, name)


def _lines(file: io.BufferedIOBase, name: str) -> Iterator[Line]:
    number = 0
    while True:
        number += 1
        try:
            line = _first_part(file)
            whole = len(line) < LONGEST_LINE or line.endswith(b"\n")
            while not whole:
                whole = (rest := file.readline(LONGEST_LINE)).endswith(b"\n") or not rest
                if whole:
                    yield Unreadable(number, f"longer than {LONGEST_LINE:,} bytes")
                    line = b"\n"
        except (EOFError, OSError, zlib.error, lzma.LZMAError) as error:
            yield Unreadable(
                number, f"the compressed file is cut off or damaged here: {_damage(error, name)}"
            )
            return
        if not line:
            return
        if line not in {b"\n", b"\r\n"}:
            yield number, line.removesuffix(b"\n").removesuffix(b"\r")


def first_bytes(file: Input, name: str) -> bytes:
    """Return what a file begins with, as far as it is at hand; nothing where that is damaged."""
    try:
        return file.peek(16)[:16]
    except (EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        _damage(error, name)
        return b""


def _damage(error: Exception, name: str) -> str:
    """Say what is wrong with a compressed file; what is the disk's or the system's is raised, and named."""
    if isinstance(error, OSError) and error.errno is not None:
        raise OSError(error.errno, error.strerror, name) from error
    return str(error)


def _first_part(file: io.BufferedIOBase) -> bytes:
    """Return a line, or its first part; a hole of zeros in front, as large as it may be, is no part of it."""
    while len(part := file.readline(LONGEST_LINE)) == LONGEST_LINE and not part.strip(b"\0"):
        pass
    return part


def cleaned(given: Iterator[Line]) -> Iterator[Line]:
    """Give the lines without what is no text of theirs.

    That is the byte order mark that some programs put in front of UTF-8, and the zeros that stand in front of
    a line where logrotate (`copytruncate`) emptied the file under its writer.
    """
    mark = BOM_UTF8
    for line in given:
        if isinstance(line, Unreadable):
            yield line
        elif text := line[1].removeprefix(mark).lstrip(b"\0"):
            yield line[0], text
        mark = b""
