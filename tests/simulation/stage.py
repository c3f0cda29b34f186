"""What every history has: a stream and what is put into it, a function, a mapping's settings."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from tailrace.kinesis.engine import Draft, Engine, Record, Shard
from tailrace.kinesis.hashkeys import SPACE, hash_key
from tailrace.kinesis.settings import KinesisSettings
from tailrace.kinesis.shards import Entry
from tailrace.mapping.filters import record_filter
from tailrace.mapping.rules.actions import Invoke
from tailrace.mapping.settings import FOREVER, MappingSettings
from tests.simulation.column import Column
from tests.simulation.function import Answered, Function
from tests.simulation.records import DATA, FACTS, LARGE, SMALL, TOO_LARGE
from tests.simulation.reference import BY_DATA, BY_KEY, Put, Reference, must
from tests.simulation.tape import Tape

START = 1_700_000_000.0
DAY = 86_400.0
HASH_KEYS = {key: hash_key(key) for key in "abcdef"}
KEYS = tuple(HASH_KEYS)
WEIGHTS = (SMALL, SMALL, SMALL, SMALL, LARGE)
MIXED = ("wanted",) * 12 + ("unwanted", "unwanted", "text", "poison")
ROOM = 1 << 20
"""Bytes that a shard takes a second; it may have saved as many."""
LONGEST_DEBT = 10.0
"""Seconds after which a shard has room again, whatever was put."""


class Sized(Entry):
    """A record that counts for as much as it says."""

    def size(self) -> int:
        """Give what counts against the limits."""
        return FACTS[self.data][1]


filter_of = cache(record_filter)


def weigh(record: Record) -> int:
    """Give what a record adds to an event."""
    return FACTS[record.data][1]


class Stage:
    """A stream, and what happens to it and to the function, by the tape."""

    weights: tuple[int, ...] = WEIGHTS
    weighs = True
    """Whether an event is as large as its records say."""

    def __init__(
        self, tape: Tape, met: defaultdict[str, int], *, small: bool = False, hashed: bool = True
    ) -> None:
        self.tape, self.met = tape, met
        self._hash = hashlib.blake2b(digest_size=16) if hashed else None
        self.calm = False
        self._function = Function(tape, met)
        self.retention = self.tape.pick((DAY, DAY, 600.0))
        self.where: dict[str, tuple[str, int]] = {}  # shard and position, by sequence number
        self.puts: defaultdict[Any, list[Put]] = defaultdict(list)  # by shard: one made again is another
        self.lately: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)  # when, how many bytes
        self.column = Column() if small else None
        if not small:
            self.limited = tape.draw(3) == 2
            self.engine = Engine(b"secret", KinesisSettings(0.0))
            self.stream = self.engine.create(Draft("s", "0" * 12, "us-east-1", 1 + tape.draw(3)), START)

    @property
    def shards(self) -> dict[str, Any]:
        """The stream's shards."""
        return {self.column.shard_id: self.column} if self.column else self.stream.shards

    # The stream

    def put(self, now: float) -> None:
        """Put some records."""
        tape = self.tape
        for _ in range(1 + tape.draw(4)):
            key, name, weight = tape.pick(KEYS), tape.pick(MIXED), tape.pick(self.weights)
            if (
                self.retention < DAY and LARGE in self.weights and tape.chance(5)
            ):  # it blocks until it leaves the stream
                weight = TOO_LARGE
            data = DATA[name, weight]
            if self.column:
                self.column.append(key, data, now)
            else:
                self._put_one(Sized(key, data, HASH_KEYS[key]), now)

    def _put_one(self, entry: Sized, now: float) -> None:
        [(shard_id, number)] = self.stream.put([entry], now, limited=self.limited)
        lately = self.lately[shard_id]
        if number is None:
            self.met["a put is throttled"] += 1
            must(self.limited, "without limits every record is acknowledged")
            must(lately and now < lately[-1][0] + LONGEST_DEBT, "a shard that rested has room", shard_id)
            return
        full = sum(size for at, size in lately if now - 1 < at) >= 2 * ROOM
        must(not (self.limited and full), "a shard takes 1 MiB a second", shard_id)
        lately.append((now, entry.size()))

    def see(self, reference: Reference, shards: Mapping[str, Any] | None = None) -> None:
        """Tell the reference of the shards and records that it does not know yet."""
        for shard_id, shard in (self.shards if shards is None else shards).items():
            known = self.look(shard_id, shard)
            if shard_id not in reference.shards:
                reference.opened(shard_id, shard.parents)
            count = len(reference.shards[shard_id].records)
            for put in known[count:] if count < len(known) else ():
                reference.put(shard_id, put)

    def look(self, shard_id: str, shard: Any) -> list[Put]:  # noqa: ANN401  a shard, or what stands for it
        """Give all that was ever put into a shard."""
        known = self.puts[shard]
        if shard.latest > len(known):
            page = shard.read(len(known), 1000)
            must(page.start == len(known), "what was just put is still there", shard_id)
            for place, record in enumerate(page.records, page.start):
                name, weight = FACTS[record.data]
                weight = weight if self.weighs else SMALL
                known.append(Put(record.partition_key, record.arrival, weight, name))
                self.where[record.sequence_number] = shard_id, place
                self.note("put", shard_id, place, record.partition_key, record.data)
        return known

    def reshard(self, now: float) -> None:
        """Split a shard or merge two."""
        stream = self.stream  # which may be made again meanwhile
        shards = sorted(stream.open_shards(), key=lambda shard: shard.keys.start)
        if len(shards) > 1 and self.tape.chance(50):
            place = self.tape.draw(len(shards) - 1)
            stream.merge(shards[place], shards[place + 1], now)
            self.met["shards are merged"] += 1
        elif len(stream.shards) < 10:
            shard: Shard = self.tape.pick(shards)
            stream.split(shard, (shard.keys.start + shard.keys.end) // 2 + 1, now)
            self.met["a shard is split"] += 1
        ranges = sorted(shard.keys for shard in stream.open_shards())
        whole = (ranges[0].start, ranges[-1].end) == (0, SPACE - 1)
        adjacent = all(low.end + 1 == high.start for low, high in pairwise(ranges))
        must(whole and adjacent, "open shards have every hash key once", ranges)

    # What fails

    def fails(self, percent: int) -> bool:
        """Decide whether something fails."""
        return not self.calm and self.tape.chance(percent)

    def answer(self, action: Invoke[Record], settings: MappingSettings) -> Answered:
        """Let the function answer an invocation."""
        return self._function.answer(action, settings, calm=self.calm)

    # The mapping

    def draw_settings(self) -> MappingSettings:
        """Draw what a mapping is asked to do."""
        pick = self.tape.pick
        tumbling = pick((0.0, 0.0, 0.0, 30.0))
        patterns: tuple[tuple[str, ...], ...] = ((), (), (BY_DATA,), (BY_KEY,), (BY_KEY, BY_DATA))
        return MappingSettings(
            batch_size=pick((3, 1, 2, 7, 100)),
            window=pick((0.0, 0.0, 1.0, 60.0)),
            retries=pick((FOREVER, 0, 1, 2, FOREVER)),
            max_age=pick((FOREVER, FOREVER, 60.0, 60.0, 300.0)),
            bisect=bool(self.tape.draw(2)),
            partial_answers=bool(self.tape.draw(2)),
            factor=1 if tumbling else pick((1, 1, 2, 3, 10)),
            tumbling=tumbling,
            patterns=() if tumbling else pick(patterns),
        )

    def draw_start(self, now: float) -> tuple[str, float | None]:
        """Draw a starting position, and its timestamp if it needs one."""
        position = self.tape.pick(("TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"))
        return position, now - self.tape.pick((0.5, 3.0, 100.0)) if position == "AT_TIMESTAMP" else None

    def filtering(self, patterns: tuple[str, ...], reference: Reference) -> Callable[[Record], bool]:
        """Give the real filter; a reference sees what it keeps out."""
        accepts = filter_of(patterns)
        if not patterns:
            return accepts

        def seen(record: Record) -> bool:
            accepted = accepts(record)
            if not accepted:
                self.met["a filter keeps a record out"] += 1
                shard, position = self.where[record.sequence_number]
                reference.filtered(shard, position, patterns)
            return accepted

        return seen

    # The history

    def positions(self, records: tuple[Record, ...]) -> list[int]:
        """Give the positions of records in their shard."""
        return [self.where[record.sequence_number][1] for record in records]

    def note(self, *what: object) -> None:
        """Have something count as part of the history."""
        if self._hash:
            self._hash.update(repr(what).encode())

    @property
    def digest(self) -> str:
        """The history so far, as a hash; empty unless it was asked for."""
        return self._hash.hexdigest() if self._hash else ""
