import gzip
import json
import shlex
from pathlib import Path

import pytest

from tailrace.stream.errors import ForeignFormatError, SourceError, UnknownFormatError
from tailrace.stream.event import Event
from tailrace.stream.formats import events, opened_as

pytestmark = pytest.mark.unit


class Beginning:
    """A format whose lines begin with a word."""

    def __init__(self, word: bytes) -> None:
        self.word = word
        self.name = word.decode()

    def fits(self, line: bytes) -> bool:
        """Tell whether a line begins so."""
        return line.startswith(self.word)

    def complaint(self, line: bytes) -> str:
        """Say what is wrong with a line that begins almost so."""
        return "it has a capital" if line.lower().startswith(self.word) else ""

    def read_line(self, number: int, line: bytes) -> Event:
        """Return the line as an event."""
        return Event(line, "k", None, None, number, None)


FORMATS = [Beginning(b"apple"), Beginning(b"pear")]


def written(folder: Path, data: bytes) -> str:
    """Return the path of a file with this in it."""
    path = folder / "a file"
    path.write_bytes(data)
    return str(path)


def test_most_of_the_first_lines_decide(tmp_path: Path) -> None:
    """One odd line in front, of another format or of none, does not decide; no line is lost."""
    form, numbered = opened_as(written(tmp_path, b"pear 1\n# odd\n\napple 1\napple 2\n"), FORMATS)
    assert form is FORMATS[0]
    assert list(numbered) == [(1, b"pear 1"), (2, b"# odd"), (4, b"apple 1"), (5, b"apple 2")]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Of a pipe, which may keep one waiting for ever, the first line that is anything decides."""
    import os  # noqa: PLC0415  here alone

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    ends = os.open(pipe, os.O_RDWR)
    try:
        os.write(ends, b"odd\npear 1\n" + b"apple\n" * 30)
        form, numbered = opened_as(str(pipe), FORMATS)
        assert form is FORMATS[1]
        assert [next(numbered), next(numbered)] == [(1, b"odd"), (2, b"pear 1")]
    finally:
        os.close(ends)


def test_blank_lines_are_no_events(tmp_path: Path) -> None:
    """A line of spaces is passed over; every other line is read by the format."""
    form, numbered = opened_as(written(tmp_path, b"pear 1\n   \npear 2"), FORMATS)
    assert [one.line for one in events(form, numbered) if isinstance(one, Event)] == [1, 3]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty: there is nothing to send."),
        (b"plum\n" * 30, "is neither apple nor pear: none of its first 20 lines is one."),
        (b"plum", "is neither apple nor pear: its only line is none."),
        (
            b"plum\nPear 1",
            "is like pear, but none of its first 2 lines is one that can be read. Line 2: it has a",
        ),
        (
            gzip.compress(b"pear", mtime=0)[:12],
            "cannot be read: line 1: the compressed file is cut off or damaged here",
        ),
    ],
)
def test_a_source_that_is_nothing_is_refused(data: bytes, said: str, tmp_path: Path) -> None:
    """It is refused with a sentence that names the file and says why."""
    name = written(tmp_path, data)
    with pytest.raises(SourceError) as refused:
        opened_as(name, FORMATS)
    assert str(refused.value).startswith(f"{name} {said}")
    assert refused.value.exit_code == 2
    assert not isinstance(refused.value, ForeignFormatError)
    assert isinstance(refused.value, UnknownFormatError) == ("neither" in said or "like" in said)


@pytest.mark.parametrize(
    ("data", "what", "program"),
    [
        (b"PK\x03\x04rest", "a zip archive", "unzip"),
        (b"\x28\xb5\x2f\xfdrest", "compressed by zstd", "zstd"),
        ('{"a": 1}\n'.encode("utf-16"), "UTF-16 text", "iconv"),
        ('{"a": 1}\n'.encode("utf-16-be"), "UTF-16 text", "iconv"),
        (b'[{"a": 1}, {"a": 2}]', "a JSON array", "jq"),
        (b'[\n  {"a": 1},\n  {"a": 2}\n]', "a JSON array", "jq"),
        (b"[1, 2]", "a JSON array", "jq"),
        (b'{\n  "a": 1\n}\n', "pretty-printed JSON", "jq"),
        (b'{"a": [\n 1]}\n', "pretty-printed JSON", "jq"),
        (
            b"#Software: IIS\n#Fields: date c-ip\n2026-01-01 192.0.2.1\n",
            "a log in the W3C extended",
            "python3",
        ),
        (b"a,b\n1,2\n", "CSV", "python3"),
        (b"a;b\n1;2\n", "CSV", "python3"),
        (b"a\tb\n1\t2\n", "CSV", "python3"),
    ],
)
def test_what_another_program_converts_is_named(data: bytes, what: str, program: str, tmp_path: Path) -> None:
    """A known format that is not read here is named, with the command that converts it, quoted."""
    name = written(tmp_path, data)
    with pytest.raises(ForeignFormatError, match=what) as refused:
        opened_as(name, FORMATS)
    words = shlex.split(refused.value.converter)
    assert words[0] == program
    assert words[-1] == name


@pytest.mark.parametrize(
    "data", [b"[Fri Nov 27 10:00:00 2026] [error] no\n", b"plum, apple\nplum\n", b"{apple}\n"]
)
def test_what_only_looks_like_it_is_not(data: bytes, tmp_path: Path) -> None:
    """A log that begins with a bracket is no array, and a comma makes no CSV."""
    with pytest.raises(UnknownFormatError):
        opened_as(written(tmp_path, data), FORMATS)


def test_a_packed_file_is_looked_into(tmp_path: Path) -> None:
    """What stands in a gzip file is told as if it were not packed."""
    data = gzip.compress(json.dumps([{"a": 1}]).encode())
    with pytest.raises(ForeignFormatError, match="a JSON array"):
        opened_as(written(tmp_path, data), FORMATS)
