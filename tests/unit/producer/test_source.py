import gzip
import io
from codecs import BOM_UTF8

import pytest

from producer.source import LONGEST_LINE, SourceError, form_of, lines, opened, told_apart, unmarked
from tailrace.stream.event import Unreadable

pytestmark = pytest.mark.unit

LOG = b'192.0.2.1 - - [02/Mar/2026:09:00:00 +0100] "GET / HTTP/1.1" 200 17 "-" "curl/8"'


def test_lines_are_numbered_from_one() -> None:
    """Each line comes with its number and without its end; blank ones are passed over, and count."""
    assert list(lines(io.BytesIO(b"a\r\n\nb\n\r\nc"))) == [(1, b"a"), (3, b"b"), (5, b"c")]


def test_a_line_too_long_to_be_sent_is_reported() -> None:
    """A line that no stream takes is reported, and the lines around it are read."""
    file = io.BytesIO(b"a\n" + b"x" * (2 * LONGEST_LINE + 5) + b"\nb\n")
    assert list(lines(file)) == [(1, b"a"), Unreadable(2, "longer than 10,485,760 bytes"), (3, b"b")]


def test_a_gzip_file_that_is_cut_off() -> None:
    """What could be unpacked is given; where it ends is reported."""
    whole = gzip.compress(b"".join(b"line %d\n" % number for number in range(100_000)))
    with gzip.open(io.BytesIO(whole[: len(whole) // 2])) as file:
        read = list(lines(file))
    last = read.pop()
    assert len(read) > 1000
    assert isinstance(last, Unreadable)
    assert last.line == len(read) + 1
    assert "cut off or damaged" in last.reason


@pytest.mark.parametrize(
    ("line", "form"),
    [(b'{"a": 1}', "json"), (LOG, "access log"), (b"[1]", None), (b"", None), (b"a,b,c", None)],
)
def test_what_a_line_is(line: bytes, form: str | None) -> None:
    """An object is JSON Lines, a request is an access log, all else is neither."""
    assert form_of(line) == form


def test_a_source_is_told_by_its_first_good_line() -> None:
    """Lines in front that are nothing do not hide what the source is, and none of its lines is lost."""
    given = [(1, b"# begin"), (2, LOG), (3, b'{"a": 1}')]
    form, again = told_apart(iter(given), "x")
    assert form == "access log"
    assert list(again) == given


@pytest.mark.parametrize("line", [LOG, b'{"a": 1}'])
def test_a_mark_in_front_is_not_of_the_first_line(line: bytes) -> None:
    """What an editor puts in front of UTF-8 costs no event, and makes no other visitor of the first."""
    marked = unmarked(lines(io.BytesIO(BOM_UTF8 + line + b"\n" + line)))
    assert list(told_apart(marked, "x")[1]) == [(1, line), (2, line)]
    assert list(unmarked(iter([]))) == []


def test_a_source_that_is_neither_is_refused() -> None:
    """Something else is refused with a sentence that names it, without reading it to its end."""
    given = iter([(number, b"a,b") for number in range(1, 100)])
    with pytest.raises(SourceError, match=r"SOURCE=x is neither .* none of its first 20 lines is. RAW=1"):
        told_apart(given, "x")
    assert next(given)[0] == 21


def test_a_standard_input_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that was started without one says so."""
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(SourceError, match="SOURCE=- is standard input, and that is closed"):
        opened("-")


def test_a_gzip_file_that_is_damaged_from_the_start() -> None:
    """That is said of it, and not that it is of another kind: RAW=1 would find no more in it."""
    with gzip.open(io.BytesIO(gzip.compress(LOG)[:12])) as file, pytest.raises(SourceError) as refused:
        told_apart(lines(file), "x")
    assert str(refused.value).startswith("SOURCE=x cannot be read: line 1: the gzip file is cut off or")


def test_an_empty_source_is_refused() -> None:
    """A source without a line is no success."""
    with pytest.raises(SourceError, match="SOURCE=x is empty"):
        told_apart(iter([]), "x")
