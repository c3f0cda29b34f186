"""A world that lives by a tape: a stream, a mapping, a function, and everything that goes wrong."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from itertools import count, pairwise

from tailrace.kinesis.engine import Draft, Engine, Record
from tailrace.kinesis.hashkeys import SPACE, hash_key
from tailrace.kinesis.settings import KinesisSettings
from tailrace.kinesis.shards import Entry
from tailrace.mapping.rules.actions import Ended, Invoke, Read, Work
from tailrace.mapping.rules.answers import Answer, Kind, Verdict
from tailrace.mapping.rules.family import Family
from tailrace.mapping.rules.shard import Remains, ShardReader
from tailrace.mapping.rules.windows import MOST_STATE
from tailrace.mapping.settings import FOREVER, MappingSettings
from tests.simulation.reference import Reference, must
from tests.simulation.tape import Tape

START = 1_700_000_000.0
DAY = 86_400.0
PATIENCE = 20_000
"""Steps in which all is settled once nothing fails any more."""
KEYS = "abcdef"
NOT_PASSING = "drop"
WEIGHTS = (200, 200, 200, 200, 2 << 20)
TOO_LARGE = 7 << 20
TIMES = (0.0, 0.1, 0.4, 1.0, 3.0, 31.0, 65.0, 310.0)
OK = Answer("$LATEST", None)
UNHANDLED = Answer("$LATEST", "Unhandled")


@dataclass
class Flight:
    """An invocation under way."""

    shard_id: str
    lane: int
    action: Invoke[Record]
    positions: list[int]


@dataclass
class World:
    """One history. `run` raises `Broken` if a promise does not hold."""

    tape: Tape
    steps: int = 120
    small: bool = False  # one shard, no reshards, no crashes: a lane's history
    exercised: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.now = START
        self._hash = hashlib.blake2b(digest_size=16)
        self._ids = count(1)
        self._numbers = count(1)
        self.retention = self.tape.pick((DAY, DAY, 600.0))
        self.reference = Reference(self.retention)
        self.engine = Engine(b"secret", KinesisSettings(0.0))
        shards = 1 if self.small else 1 + self.tape.draw(3)
        self.stream = self.engine.create(Draft("s", "0" * 12, "us-east-1", shards), self.now)
        self.readers: dict[str, ShardReader[Record]] = {}
        self.remains: dict[str, Remains[Record]] = {}
        self.checkpoints: dict[str, int] = {}
        self.done: set[str] = set()
        self.flights: list[Flight] = []
        self.where: dict[str, int] = {}  # position by sequence number
        self.weights: dict[str, int] = {}
        self.calm = False
        self.enabled = True
        self.settings = self.wanted = self._draw_settings()
        self.reference.changed(self.settings)
        self._see_shards()
        self.family = Family()

    def run(self) -> str:
        """Live, let nothing fail any more, and see that all is settled; returns the history's hash."""
        self._begin_ready()
        for _ in range(self.steps):
            self._step()
        self.calm, self.enabled = True, True
        for _ in range(PATIENCE):
            if self._is_settled():
                break
            self._settle_on()
        self.reference.settled(self.now)
        for shard in self.stream.shards.values():
            must(
                not shard.closed or shard.shard_id in self.done,
                "in the end closed shards are done",
                shard.shard_id,
            )
        return self._hash.hexdigest()

    # What happens

    def _step(self) -> None:
        chosen = self.tape.draw(100)
        if chosen < 45:
            self._run_some()
        elif chosen < 65:
            self._put()
        elif chosen < 80:
            self._land()
        elif chosen < 92:
            self._pass(self.tape.pick(TIMES))
        elif chosen < 95:
            self._change()
        elif self.small:
            self._run_some()
        elif chosen < 98:
            self._reshard()
        else:
            self._crash()

    def _settle_on(self) -> None:
        """Do what there is to do, or let the time pass that somebody waits for."""
        self._adopt()
        if self.flights:
            self._land()
            return
        untils = []
        for shard_id in list(self.readers):
            until = self._drive(shard_id)
            if until is None:
                return
            untils.append(until)
        self._begin_ready()
        due = [until for until in untils if until < float("inf")]
        self._pass(max(0.001, min(due) - self.now) if due else 1.0)

    def _is_settled(self) -> bool:
        if self.flights or self.wanted is not self.settings or self.remains:
            return False
        open_shards = {shard.shard_id for shard in self.stream.open_shards()}
        if {shard for shard in self.stream.shards if shard not in self.done} - open_shards:
            return False
        tumbling = any(state.window is not None for state in self.reference.shards.values())
        return not tumbling and all(
            reader.checkpoint == self.stream.shards[shard].latest for shard, reader in self.readers.items()
        )

    def _run_some(self) -> None:
        self._adopt()
        if self.enabled and self.wanted is self.settings and self.readers:
            self._drive(self.tape.pick(list(self.readers)))

    def _drive(self, shard_id: str) -> float | None:
        """Step a shard once; returns until when it waits, None if it did something."""
        reader, shard = self.readers[shard_id], self.stream.shards[shard_id]
        reader.look()
        while True:
            step = reader.step(self.now)
            if isinstance(step, Read):
                shard.trim(self.now - self.retention)
                page = shard.read(step.position, step.limit)
                self.exercised["a read skips what was trimmed"] += page.start > step.position
                dealt = reader.receive(page.start, page.records, self.now, ended=page.ended)
                self.exercised["a filter keeps a record out"] += dealt.polled > dealt.passed
            elif isinstance(step, Work):
                self._do(shard_id, step)
                return None
            else:
                self._checkpoint(shard_id)
                if isinstance(step, Ended):
                    self._finish(shard_id)
                    return None
                return float("inf") if step.until is None else step.until

    def _do(self, shard_id: str, work: Work[Record]) -> None:
        lane, action = work
        if isinstance(action, Invoke):
            self._send(shard_id, lane, action)
            return
        self._note("discard", shard_id, action.condition.name, len(action.records))
        self.exercised[f"discarded by {action.condition.name}"] += 1
        self.reference.discarded(shard_id, self._positions(action.records), action, self.now)
        self.readers[shard_id].reported(lane, self.now)
        self._checkpoint(shard_id)

    def _send(self, shard_id: str, lane: int, action: Invoke[Record]) -> None:
        positions = self._positions(action.records)
        self._note("send", shard_id, lane, positions, action.request_id)
        self.reference.sent(shard_id, positions, action, self.now)
        self.exercised["two lanes of a shard at once"] += any(
            one.shard_id == shard_id for one in self.flights
        )
        if action.window:
            self.exercised["a window ends"] += action.window.final
            self.exercised["a window ends early"] += action.window.early
        self.flights.append(Flight(shard_id, lane, action, positions))

    def _land(self) -> None:
        """Let an invocation under way end."""
        if not self.flights:
            return
        flight = self.flights.pop(self.tape.draw(len(self.flights)))
        self.now += self.tape.pick((0.0, 0.05, 2.0))
        verdict = self._verdict(flight)
        self._note("answer", flight.shard_id, flight.lane, verdict.kind.name)
        self.exercised[f"answer {verdict.kind.name}"] += 1
        if verdict.kind in (Kind.ERROR, Kind.REJECTED) and self.settings.bisect:
            self.exercised["a batch is bisected"] += len(flight.positions) > 1
        self.reference.judged(flight.shard_id, flight.positions, flight.action, verdict, self.now)
        self.readers[flight.shard_id].judged(flight.lane, verdict, self.now)
        self._checkpoint(flight.shard_id)

    def _verdict(self, flight: Flight) -> Verdict:
        view, records = flight.action.window, flight.action.records
        state = None
        if view and not view.final:
            state = '{"s":"' + "x" * MOST_STATE + '"}' if self._fails(1) else f'{{"n":{len(self.where)}}}'
        processed = Verdict(Kind.PROCESSED, answer=OK, state=state)
        if not self._fails(45):
            return processed
        choices = [
            Verdict(Kind.ERROR, answer=UNHANDLED),
            Verdict(Kind.ERROR, answer=UNHANDLED),
            Verdict(Kind.THROTTLED),
            Verdict(Kind.MISSING),
            Verdict(Kind.FAULT),
            Verdict(Kind.REJECTED, answer=OK),
        ]
        if self.settings.partial_answers and records:
            first = self.tape.draw(len(records))
            kind = Kind.PARTLY if first else Kind.UNFINISHED
            choices += [Verdict(kind, processed=first, answer=OK, state=state)] * 4
        return self.tape.pick(choices)

    def _fails(self, percent: int) -> bool:
        return not self.calm and self.tape.chance(percent)

    def _put(self) -> None:
        for _ in range(1 + self.tape.draw(4)):
            key, passes = self.tape.pick(KEYS), not self.tape.chance(12)
            weight = self.tape.pick(WEIGHTS)
            if self.retention < DAY and self.tape.chance(5):  # it blocks until it leaves the stream
                weight = TOO_LARGE
            data = NOT_PASSING if not passes else ""
            [(shard_id, number)] = self.stream.put([Entry(key, data, hash_key(key))], self.now)
            must(number is not None, "without limits every record is acknowledged")
            shard = self.stream.shards[shard_id]
            position = shard.latest - 1
            [record] = shard.read(position, 1).records
            self.where[record.sequence_number] = position
            self.weights[record.sequence_number] = weight
            self._note("put", shard_id, position, key)
            self.reference.put(shard_id, key, record.arrival, passes=passes, weight=weight)

    def _pass(self, seconds: float) -> None:
        self.now += seconds

    def _change(self) -> None:
        """Ask for other settings, or disable and enable the mapping."""
        if self.tape.chance(30):
            self.enabled = not self.enabled
            self.exercised["disabled or enabled"] += 1
        else:
            self.wanted = self._draw_settings()
        self._adopt()

    def _adopt(self) -> None:
        """Go over to what is wanted, once nothing is under way."""
        if self.flights or self.wanted is self.settings:
            return
        self.exercised["the factor changes"] += self.wanted.factor != self.settings.factor
        self._note("settings", *self.wanted)
        self.settings = self.wanted
        self.reference.changed(self.settings)
        for shard_id, reader in list(self.readers.items()):
            self.readers[shard_id] = self._reader(reader.remains())

    def _reshard(self) -> None:
        shards = sorted(self.stream.open_shards(), key=lambda shard: shard.keys.start)
        if len(shards) > 1 and self.tape.chance(50):
            place = self.tape.draw(len(shards) - 1)
            self.stream.merge(shards[place], shards[place + 1], self.now)
            self.exercised["shards are merged"] += 1
        elif len(self.stream.shards) < 10:
            shard = self.tape.pick(shards)
            self.stream.split(shard, (shard.keys.start + shard.keys.end) // 2 + 1, self.now)
            self.exercised["a shard is split"] += 1
        self._see_shards()

    def _crash(self) -> None:
        """Lose everything but the checkpoints and which shards are done."""
        self.exercised["a crash with invocations under way"] += bool(self.flights)
        self._note("crash")
        self.flights.clear()
        self.settings = self.wanted
        self.reference.crashed()
        self.reference.changed(self.settings)
        self.readers, self.family = {}, Family()
        for shard_id in self.done:
            self.family.done(shard_id)
        self._begin_ready()

    def _finish(self, shard_id: str) -> None:
        self._note("finished", shard_id)
        self.exercised["a closed shard is done"] += 1
        self.reference.finished(shard_id, self.now)
        del self.readers[shard_id]
        self.done.add(shard_id)
        self.family.done(shard_id)
        self._begin_ready()

    # Parts

    def _begin_ready(self) -> None:
        parents = {shard_id: shard.parents for shard_id, shard in self.stream.shards.items()}
        for shard_id in self.family.ready(parents):
            self._note("begin", shard_id)
            self.reference.begun(shard_id, self.now)
            self.exercised["a child begins"] += bool(parents[shard_id])
            self.readers[shard_id] = self._reader(Remains(self.checkpoints.get(shard_id, 0)))

    def _reader(self, remains: Remains[Record]) -> ShardReader[Record]:
        return ShardReader(
            self.settings,
            remains,
            weigh=lambda record: self.weights[record.sequence_number],
            accepts=lambda record: record.data != NOT_PASSING,
            new_request_id=lambda: f"r{next(self._ids)}",
            retention=self.retention,
        )

    def _checkpoint(self, shard_id: str) -> None:
        position = self.readers[shard_id].checkpoint
        self.reference.checkpointed(shard_id, position, self.now)
        self.checkpoints[shard_id] = position

    def _positions(self, records: tuple[Record, ...]) -> list[int]:
        return [self.where[record.sequence_number] for record in records]

    def _see_shards(self) -> None:
        ranges = sorted(shard.keys for shard in self.stream.open_shards())
        whole = (ranges[0].start, ranges[-1].end) == (0, SPACE - 1)
        apart = all(low.end + 1 == high.start for low, high in pairwise(ranges))
        must(whole and apart, "open shards have every hash key once", ranges)
        for shard_id, shard in self.stream.shards.items():
            if shard_id not in self.reference.shards:
                self.reference.opened(shard_id, shard.parents)

    def _draw_settings(self) -> MappingSettings:
        tumbling = self.tape.pick((0.0, 0.0, 0.0, 30.0))
        return MappingSettings(
            batch_size=self.tape.pick((3, 1, 2, 7, 100)),
            window=self.tape.pick((0.0, 0.0, 1.0, 60.0)),
            retries=self.tape.pick((FOREVER, 0, 1, 2)),
            max_age=self.tape.pick((FOREVER, FOREVER, 60.0, 300.0)),
            bisect=bool(self.tape.draw(2)),
            partial_answers=bool(self.tape.draw(2)),
            factor=1 if tumbling else self.tape.pick((1, 1, 2, 3, 10)),
            tumbling=tumbling,
        )

    def _note(self, *what: object) -> None:
        self._hash.update(repr((*what, round(self.now, 6))).encode())
