import bz2
import errno
import gzip
import io
import lzma
from codecs import BOM_UTF8
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tailrace.stream.errors import SourceError
from tailrace.stream.event import Unreadable
from tailrace.stream.lines import LONGEST_LINE, cleaned, lines, may_wait, opened

pytestmark = pytest.mark.unit


def test_lines_are_numbered_from_one() -> None:
    """Each line comes with its number and without its end; blank ones are passed over, and count."""
    assert list(lines(io.BytesIO(b"a\r\n\nb\n\r\nc"), "x")) == [(1, b"a"), (3, b"b"), (5, b"c")]


def test_a_line_too_long_to_be_sent_is_reported() -> None:
    """A line that no stream takes is reported, and the lines around it are read."""
    file = io.BytesIO(b"a\n" + b"x" * (2 * LONGEST_LINE + 5) + b"\nb\n")
    assert list(lines(file, "x")) == [(1, b"a"), Unreadable(2, "longer than 10,485,760 bytes"), (3, b"b")]


@pytest.mark.parametrize(
    "pack",
    [gzip.compress, partial(bz2.compress, compresslevel=1), lzma.compress],
    ids=["gzip", "bzip2", "xz"],
)
def test_a_packed_file_is_unpacked(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """What gzip, bzip2 or xz packed is read as it was before; where it is cut off is reported."""
    whole = pack(b"".join(b"line %d\n" % number for number in range(30_000)))
    file = tmp_path / "packed"
    file.write_bytes(whole)
    assert sum(1 for _ in lines(opened(str(file)), "packed")) == 30_000
    file.write_bytes(whole[: len(whole) * 9 // 10])
    *read, last = lines(opened(str(file)), "packed")
    assert isinstance(last, Unreadable)
    assert last.line == len(read) + 1
    assert last.reason.startswith("the compressed file is cut off or damaged here: ")


def test_a_file_that_cannot_be_read_is_named() -> None:
    """What the disk says comes with the file's name."""

    class Broken(io.BufferedIOBase):
        """A file on a broken disk."""

        def readline(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002  as in its base
            """Fail."""
            raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match=r"\[Errno 5\] Input/output error: 'a.log'"):
        next(lines(Broken(), "a.log"))


def test_a_file_whose_beginning_cannot_be_read_is_named() -> None:
    """The error names it where not even its first bytes can be read."""
    with pytest.raises(OSError, match=r"\[Errno 5\] Input/output error: '/proc/self/mem'"):
        opened("/proc/self/mem")


def test_a_mark_in_front_is_not_of_the_first_line() -> None:
    """What an editor puts in front of UTF-8 costs no event, and makes no other visitor of the first."""
    assert list(cleaned(lines(io.BytesIO(BOM_UTF8 + b"a\n" + BOM_UTF8), "x"))) == [(1, b"a"), (2, BOM_UTF8)]
    assert list(cleaned(iter([]))) == []


def test_zeros_in_front_of_a_line_are_not_of_it() -> None:
    """The hole that logrotate leaves where it empties a file under its writer is no part of the next line."""
    hole = b"\0" * (2 * LONGEST_LINE + 7)
    assert list(cleaned(lines(io.BytesIO(b"a\n" + hole + b"b\n\0\0\nc"), "x"))) == [
        (1, b"a"),
        (2, b"b"),
        (4, b"c"),
    ]


def test_a_standard_input_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that was started without one says so."""
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(SourceError, match="Standard input is closed"):
        opened("-")


def test_what_may_wait(tmp_path: Path) -> None:
    """A plain file never keeps its reader waiting; a device may."""
    (tmp_path / "file").touch()
    assert not may_wait(str(tmp_path / "file"))
    assert may_wait("/dev/zero")
