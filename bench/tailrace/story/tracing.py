"""What became of one record: put, delivered in which batches by which mapping, how each ended, dead letters.

The stream says when it was put; the emulator which batches it was in, whatever the function logs; the log and
X-Ray what the function said; the on-failure destination what was given up.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from botocore.exceptions import ClientError

from tailrace.control.own_api import NotOursError, ask
from tailrace.story.errors import StoryError
from tailrace.story.letters import DeadLetter, parsed
from tailrace.story.logs import BatchLine, LogGroup, log_group, of_the_function, trace_id
from tailrace.story.mappings import StreamMapping, mappings
from tailrace.story.places import MakeClient, place_of
from tailrace.story.watching import PATH
from tailrace.stream.json_fields import field as field_of
from tailrace.stream.json_fields import parse_object, text_of
from tailrace.stream.reading import Cursor, Start, StreamRecord, find, shards

NUMBER = re.compile(r"[0-9]{50,128}")
"""A sequence number has 56 digits; by AWS's rules up to 128. No other id is that long and all digits."""
MOST = 20
"""Records whose stories are told; the newest."""


class TracedBatch(NamedTuple):
    """A batch that the record was in, and how it ended as far as this record is concerned."""

    request_id: str
    records: int
    began: float
    ended: float
    kind: str
    ending: str
    lines: list[BatchLine]
    """What the function wrote."""
    trace: str
    """The X-Ray trace; empty if there is none."""
    segments: list[dict[str, Any]]


class Letter(NamedTuple):
    """A dead letter that names the record, and where it lies."""

    letter: DeadLetter
    place: str


@dataclass
class MappingStory:
    """What one mapping did with the record."""

    mapping: StreamMapping
    batches: list[TracedBatch] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)


@dataclass
class Story:
    """What is known of one record."""

    shard_id: str
    number: str
    record: StreamRecord | None
    """As the stream holds it; None if it does not any more."""
    delivered: list[MappingStory] = field(default_factory=list)
    ended: list[str] | None = None
    """Where it ended, as an adapter tells; None if none does."""


class Tracer:
    """Tells the stories of a stream's records."""

    def __init__(self, endpoint: str, client: MakeClient, stream: str) -> None:
        self._endpoint, self._client, self._stream = endpoint, client, stream
        self._mappings = [one for one in mappings(client("lambda")) if one.stream == stream]
        self._letters: dict[str, tuple[str, list[DeadLetter]]] = {}

    def places(self, wanted: str, path: str, since: datetime | None) -> list[tuple[str, StreamRecord]]:
        """Return shard and record of what a user means, the newest `MOST`.

        With a field: records whose JSON has this value there. Without: those of this partition key, or else
        those whose bytes hold the text.
        """
        matches = by_field(path, wanted) if path else by_key(wanted)
        found = list(self._scan(matches, since))
        if not found and not path:
            found = list(self._scan(by_text(wanted), since))
        return sorted(found, key=lambda place: place[1].arrival)[-MOST:]

    def of_number(self, number: str) -> Story:
        """Tell the story of a sequence number, in the stream or not any more."""
        existing = find(self._client("kinesis"), self._stream, number)
        return (
            self.story(existing[0], number, existing[1])
            if existing
            else self.story(shard_of(number), number, None)
        )

    def story(self, shard_id: str, number: str, record: StreamRecord | None) -> Story:
        """Tell the story of one record."""
        described = Story(shard_id, number, record)
        for mapping in self._mappings:
            of = MappingStory(
                mapping, list(self._batches(mapping, described)), self._letters_of(mapping, described)
            )
            described.delivered.append(of)
        return described

    def _scan(
        self, matches: Callable[[StreamRecord], bool], since: datetime | None
    ) -> Iterator[tuple[str, StreamRecord]]:
        kinesis = self._client("kinesis")
        start = Start.at(since) if since else Start.oldest()
        for shard in shards(kinesis, self._stream):
            for page in Cursor(kinesis, self._stream, shard.id, start).to_its_end():
                yield from ((shard.id, taken) for taken in page if matches(taken))

    def _batches(self, mapping: StreamMapping, of: Story) -> Iterator[TracedBatch]:
        asked = f"{PATH}/{mapping.uuid}/batches?shard={of.shard_id}&sequence={of.number}"
        if of.record:
            asked += f"&key={quote(of.record.partition_key, safe='')}"
        try:
            found = ask(self._endpoint, asked)["batches"]
        except NotOursError:
            raise StoryError(
                f"The emulator at {self._endpoint} does not tell which batches a record was in."
            ) from None
        group = LogGroup(self._client("logs"), log_group(self._client("lambda"), mapping.function))
        for one in found:
            lines = (
                group.invocation(one["request_id"], one["began"], one["ended"])
                if one["kind"] != "given up"
                else []
            )
            trace = trace_id(lines)
            yield TracedBatch(
                one["request_id"],
                one["records"],
                one["began"],
                one["ended"],
                one["kind"],
                ending(one, of.number),
                list(of_the_function(lines)),
                trace,
                ask(self._endpoint, f"/_tailrace/xray/{trace}") if trace else [],
            )

    def _letters_of(self, mapping: StreamMapping, of: Story) -> list[Letter]:
        place, letters = self._read(mapping)
        return [Letter(letter, place) for letter in letters if letter.holds(of.shard_id, of.number)]

    def _read(self, mapping: StreamMapping) -> tuple[str, list[DeadLetter]]:
        """Read a mapping's dead letters once; none where it has no destination that keeps any."""
        if mapping.uuid not in self._letters:
            self._letters[mapping.uuid] = ("", [])
            with suppress(StoryError, ClientError):
                place = place_of(mapping, self._client)
                try:
                    self._letters[mapping.uuid] = (place.name, list(parsed(place.receive())))
                finally:
                    place.show_again()
        return self._letters[mapping.uuid]


def ending(batch: dict[str, Any], number: str) -> str:
    """Say how a batch ended, as far as the record of this number is concerned."""
    match batch["kind"]:
        case "processed":
            return "processed"
        case "partly" | "unfinished" if int(number) < int(batch["failed_from"]):
            return "processed; later ones of the batch failed"
        case "partly" | "unfinished":
            return f"not processed: the function reported {batch['failed_from']} and what follows as failed"
        case "given up":
            return f"given up: {batch['reason']}"
        case _:
            return f"failed: {batch['reason']}"


def by_key(key: str) -> Callable[[StreamRecord], bool]:
    """Match the records of a partition key."""
    return lambda taken: taken.partition_key == key


def by_text(text: str) -> Callable[[StreamRecord], bool]:
    """Match the records whose bytes hold a text."""
    sought = text.encode()
    return lambda taken: sought in taken.data


def by_field(name: str, value: str) -> Callable[[StreamRecord], bool]:
    """Match the records whose JSON object has a value in a field, dotted for one inside another.

    >>> taken = StreamRecord("1", "k", b'{"meta": {"id": 7}}', 0.0)
    >>> by_field("meta.id", "7")(taken), by_field("id", "7")(taken)
    (True, False)
    """

    def matches(taken: StreamRecord) -> bool:
        try:
            return text_of(field_of(parse_object(taken.data), name)) == value
        except ValueError:
            return False

    return matches


def shard_of(number: str) -> str:
    """Return the id of the shard that a sequence number names: its index stands in the number.

    >>> shard_of("49680518933255727423768148801557124561808557899354472466")
    'shardId-000000000001'
    """
    return f"shardId-{(int(number) >> 4) & 0xFFFFFFFF:012d}"


def described(stories: Sequence[Story]) -> list[dict[str, Any]]:
    """Return stories for a program; times in epoch seconds."""
    return [
        {
            "shardId": story.shard_id,
            "sequenceNumber": story.number,
            "inStream": story.record is not None,
            "partitionKey": story.record.partition_key if story.record else None,
            "arrived": story.record.arrival if story.record else None,
            "mappings": [_described(one) for one in story.delivered],
            "ended": story.ended,
        }
        for story in stories
    ]


def _described(one: MappingStory) -> dict[str, Any]:
    return {
        "mapping": one.mapping.uuid,
        "function": one.mapping.function,
        "batches": [
            batch._asdict() | {"lines": [line._asdict() for line in batch.lines]} for batch in one.batches
        ],
        "deadLetters": [
            {"condition": found.letter.condition, "at": found.place, "sent": found.letter.sent.isoformat()}
            for found in one.letters
        ],
    }
