"""Which format a source is in: what most of its first lines are."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Protocol

from tailrace.stream import foreign
from tailrace.stream.errors import SourceError, UnknownFormatError
from tailrace.stream.event import Event, Unreadable
from tailrace.stream.lines import STANDARD_INPUT, Line, cleaned, first_bytes, lines, may_wait, opened

LOOKED_AT = 20
"""Lines that are looked at."""


class Format(Protocol):
    """A way in which a line holds an event."""

    @property
    def name(self) -> str:
        """What it is called: "JSON Lines"."""

    def fits(self, line: bytes) -> bool:
        """Tell whether a line is in this format."""

    def complaint(self, line: bytes) -> str:
        """Say what is wrong with a line that resembles the format; nothing if it does not resemble it."""

    def read_line(self, number: int, line: bytes) -> Event | Unreadable:
        """Return the event on a line."""


def opened_as(source: str, formats: Sequence[Format]) -> tuple[Format, Iterator[Line]]:
    """Open a source and tell its format; give all its lines.

    Of a file the first `LOOKED_AT` lines are looked at, and what most of them are decides; of a pipe, which
    may keep one waiting for a second line, the first line that is in any format.
    """
    named = "Standard input" if source == STANDARD_INPUT else source
    file = opened(source)
    try:
        foreign.refuse_bytes(first_bytes(file, named), source)
        enough = 1 if may_wait(source) else LOOKED_AT
        found, looked_at, rest = _look(cleaned(lines(file, named)), formats, enough)
        if found:
            return found.most_common(1)[0][0], chain(looked_at, rest)
        _refuse(looked_at, formats, source, named)
    except BaseException:
        file.close()
        raise
    file.close()
    raise UnknownFormatError(
        f"{named} is neither {' nor '.join(form.name for form in formats)}: {_none(looked_at)}."
    )


def _look(
    given: Iterator[Line], formats: Sequence[Format], enough: int
) -> tuple[Counter[Format], list[Line], Iterator[Line]]:
    """Return how many of the first lines are in which format, those lines, and the rest."""
    found: Counter[Format] = Counter()
    looked_at: list[Line] = []
    for line in given:
        looked_at.append(line)
        if not isinstance(line, Unreadable):
            form = next((form for form in formats if form.fits(line[1])), None)
            found.update([form] if form else [])
        if found.total() == enough or len(looked_at) == LOOKED_AT:
            break
    return found, looked_at, given


def _refuse(looked_at: Sequence[Line], formats: Sequence[Format], source: str, named: str) -> None:
    """Say what a source is of which no line is in any format, if it is anything known."""
    if not looked_at:
        raise SourceError(f"{named} is empty: there is nothing to send.")
    damaged = looked_at[-1]
    if isinstance(damaged, Unreadable):
        raise SourceError(f"{named} cannot be read: line {damaged.line}: {damaged.reason}.")
    texts = [line for line in looked_at if not isinstance(line, Unreadable)]
    foreign.refuse_lines([text for _, text in texts], source)
    for number, text in texts:
        for form in formats:
            if complaint := form.complaint(text):
                raise UnknownFormatError(
                    f"{named} is like {form.name}, but {_none(looked_at)} that can be read. Line {number}: "
                    f"{complaint}."
                )


def _none(looked_at: Sequence[Line]) -> str:
    return (
        "its only line is none" if len(looked_at) == 1 else f"none of its first {len(looked_at)} lines is one"
    )


def events(form: Format, numbered: Iterator[Line]) -> Iterator[Event | Unreadable]:
    """Give what stands on each line; blank lines are passed over."""
    for line in numbered:
        if isinstance(line, Unreadable):
            yield line
        elif line[1].strip():
            yield form.read_line(*line)
