"""Where the events of a run come from: which formats a source may have, and how each is read."""

from collections.abc import Iterator

from bootstrap.errors import UsageError
from producer.accesslog import CombinedLog, CommonLog
from producer.jsonevents import FieldNames, JsonEvents, clock_of, read_raw_line, with_contents
from producer.visitors import Pseudonyms
from tailrace.stream.event import Event, Unreadable
from tailrace.stream.formats import Format, events, opened_as
from tailrace.stream.lines import lines, opened
from tailrace.stream.recorded import RecordedLines


class Recording(RecordedLines):
    """Reads a recording, and looks into its records for their ids."""

    def read_line(self, number: int, line: bytes) -> Event | Unreadable:
        """Return the record on a line."""
        event = super().read_line(number, line)
        return with_contents(event) if isinstance(event, Event) else event


def read(source: str, named: FieldNames, pseudonyms: Pseudonyms) -> Iterator[Event | Unreadable]:
    """Give what stands on each line of JSON Lines, an access log or a recording, but for blank lines."""
    formats: list[Format] = [
        Recording(),
        JsonEvents(named, clock_of(source)),
        CombinedLog(pseudonyms),
        CommonLog(pseudonyms),
    ]
    form, numbered = opened_as(source, formats)
    if any(named) and not isinstance(form, JsonEvents):
        raise UsageError(
            f"PARTITION_KEY, EVENT_ID and TIMESTAMP name fields of JSON events, and {source} is {form.name}: "
            "leave them out."
        )
    yield from events(form, numbered)


def read_raw(source: str, named: FieldNames) -> Iterator[Event | Unreadable]:
    """Give each line as it stands, whatever it is; blank lines are passed over."""
    for line in lines(opened(source), source):
        yield line if isinstance(line, Unreadable) else read_raw_line(*line, named)
