"""A world that lives by a tape: a stream, a mapping's rules, a function, and everything that goes wrong."""

from collections import defaultdict
from itertools import count
from typing import NamedTuple

from tailrace.kinesis.engine import Record
from tailrace.mapping.rules.actions import Discard, Ended, Invoke, Read, Work
from tailrace.mapping.rules.answers import Kind
from tailrace.mapping.rules.beginning import first_position
from tailrace.mapping.rules.family import Family
from tailrace.mapping.rules.shard import Remains, ShardReader
from tailrace.mapping.settings import MappingSettings
from tests.simulation.function import Answered
from tests.simulation.reference import Reference, must
from tests.simulation.stage import START, Stage, weigh
from tests.simulation.tape import Tape

PATIENCE = 20_000
"""Steps in which all is settled once nothing fails any more."""
TIMES = (0.0, 0.1, 0.4, 1.0, 3.0, 20.0, 31.0, 65.0, 310.0)


class Flight(NamedTuple):
    """An invocation under way."""

    shard_id: str
    lane: int
    action: Invoke[Record]
    positions: list[int]


class World(Stage):
    """One history. `run` raises `Broken` if a promise does not hold."""

    def __init__(
        self,
        tape: Tape,
        met: defaultdict[str, int],
        *,
        steps: int = 120,
        small: bool = False,  # one shard, no reshards, no crashes: a lane's history
        hashed: bool = True,
    ) -> None:
        super().__init__(tape, met, small=small, hashed=hashed)
        self.small, self.steps, self.now = small, steps, START
        self._ids = count(1)
        self.enabled = True
        self._create()

    def run(self) -> str:
        """Live, let nothing fail any more, and see that all is settled; returns the history's hash."""
        for _ in range(self.steps):
            self._step()
        self.calm, self.enabled = True, True
        for _ in range(PATIENCE):
            if self._is_settled():
                break
            self._settle_on()
        self.reference.settled(self.now)
        for shard_id, shard in self.shards.items():
            must(not shard.closed or shard_id in self.done, "in the end closed shards are done", shard_id)
        return self.digest

    # What happens

    def _step(self) -> None:
        chosen = self.tape.draw(100)
        if chosen < 45:
            self._run_some()
        elif chosen < 65:
            self.put(self.now)
            self.see(self.reference)
        elif chosen < 80:
            self._land()
        elif chosen < 92:
            self.now += self.tape.pick(TIMES)
        elif chosen < 95:
            self._change()
        elif self.small:
            self._run_some()
        elif chosen < 98:
            self.reshard(self.now)
            self.see(self.reference)
        else:
            self._crash()

    def _settle_on(self) -> None:
        """Do what there is to do, or let the time pass that somebody waits for."""
        self._adopt()
        if self.flights:
            self._land()
            return
        soonest = float("inf")
        for shard_id in list(self.readers):
            until = self._drive(shard_id)
            if until is None:
                return
            soonest = min(soonest, until)
        if not self.small:
            self._begin_ready()
        self.now += max(0.001, soonest - self.now) if soonest < float("inf") else 1.0

    def _is_settled(self) -> bool:
        if self.flights or self.wanted is not self.settings:
            return False
        for shard_id, shard in self.shards.items():
            if shard_id not in self.done and (
                shard.closed or self.readers[shard_id].checkpoint != shard.latest
            ):
                return False
        return all(state.window is None for state in self.reference.shards.values())

    def _run_some(self) -> None:
        self._adopt()
        if self.enabled and self.wanted is self.settings and self.readers:
            self._drive(next(iter(self.readers)) if self.small else self.tape.pick(list(self.readers)))

    def _drive(self, shard_id: str) -> float | None:
        """Step a shard once; returns until when it waits, None if it did something."""
        reader, shard = self.readers[shard_id], self.shards[shard_id]
        reader.look()
        while True:
            step = reader.step(self.now)
            if isinstance(step, Read):
                shard.trim(self.now - self.retention)
                page = shard.read(step.position, step.limit)
                if page.start > step.position:
                    self.met["a read skips what was trimmed"] += 1
                reader.receive(page.start, page.records, self.now, ended=page.ended)
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
        positions = self.positions(action.records)
        if isinstance(action, Invoke):
            self._send(Flight(shard_id, lane, action, positions))
            return
        self._discard(shard_id, positions, action)
        self.readers[shard_id].reported(lane, self.now)
        self._checkpoint(shard_id)

    def _send(self, flight: Flight) -> None:
        shard_id, lane, action, positions = flight
        self.note("send", shard_id, lane, positions, action.request_id, self.now)
        self.reference.sent(shard_id, positions, action, self.now)
        if self.flights and any(one.shard_id == shard_id for one in self.flights):
            self.met["two lanes of a shard at once"] += 1
        if action.window:
            self.met["a window ends"] += action.window.final
            self.met["a window ends early"] += action.window.early
        self.flights.append(flight)

    def _discard(self, shard_id: str, positions: list[int], action: Discard[Record]) -> None:
        self.note("discard", shard_id, action.condition.name, len(positions), self.now)
        self.met[f"discarded by {action.condition.name}"] += 1
        self.reference.discarded(shard_id, positions, action, self.now)
        if self.fails(20):  # to whoever steps the rules it is the same
            self.met["a destination refuses"] += 1

    def _land(self) -> None:
        """Let an invocation under way end."""
        if not self.flights:
            return
        flight = self.flights.pop(self.tape.draw(len(self.flights)) if len(self.flights) > 1 else 0)
        answered = self.answer(flight.action, self.settings)
        self.now += answered.seconds or self.tape.pick((0.0, 0.05, 2.0))
        self._take(flight, answered)

    def _take(self, flight: Flight, answered: Answered) -> None:
        shard_id, lane, action, positions = flight
        verdict, meant = answered.verdict, answered.meant
        self.note("answer", shard_id, lane, meant.kind, self.now)
        self.met[f"answer {meant.kind}"] += 1
        if self.settings.bisect and len(positions) > 1 and verdict.kind in (Kind.ERROR, Kind.REJECTED):
            self.met["a batch is bisected"] += 1
        self.reference.judged(shard_id, positions, action, meant, self.now)
        self.readers[shard_id].judged(lane, verdict, self.now)
        self._checkpoint(shard_id)

    # What becomes of the mapping

    def _change(self) -> None:
        """Ask for other settings, disable and enable the mapping, or delete it and make another."""
        chosen = self.tape.draw(10)
        if chosen < 6:
            self.met["the mapping is updated"] += 1
            self.met["updated with invocations under way"] += bool(self.flights)
            self.wanted = self.draw_settings()
        elif chosen < 9:
            self.met["disabled or enabled"] += 1
            self.enabled = not self.enabled
        else:
            self.met["the mapping is deleted and made again"] += 1
            self.met["deleted with invocations under way"] += bool(self.flights)
            self._create()
        self._adopt()

    def _create(self) -> None:
        """Make a mapping that begins where it is asked to; of one that was there before nothing is left."""
        self.settings = self.wanted = self.draw_settings()
        starting, moment = self.draw_start(self.now)
        self.note("mapping", starting, self.settings, self.now)
        self.reference = Reference(self.retention, starting if moment is None else moment, self.settings)
        self.see(self.reference)
        self.reference.created(
            {shard_id: None if shard.closed else shard.latest for shard_id, shard in self.shards.items()}
        )
        self.flights: list[Flight] = []
        self.readers: dict[str, ShardReader[Record]] = {}
        self.checkpoints: dict[str, int] = {}
        self.done: set[str] = set()
        for shard_id, shard in self.shards.items():
            shard.trim(self.now - self.retention)
            position = first_position(shard, starting, moment)
            if position is None:
                self.done.add(shard_id)
            else:
                self.checkpoints[shard_id] = position
        self._begin()

    def _crash(self) -> None:
        """Lose everything but the checkpoints and which shards are done."""
        self.met["a crash with invocations under way"] += bool(self.flights)
        self.note("crash")
        self.flights.clear()
        self.reference.crashed()
        self._change_to(self.wanted)
        self.readers = {}
        self._begin()

    def _adopt(self) -> None:
        """Go over to what is wanted, once nothing is under way."""
        if self.flights or self.wanted is self.settings:
            return
        self.met["the factor changes"] += self.wanted.factor != self.settings.factor
        self.met["the filters change"] += self.wanted.patterns != self.settings.patterns
        self._change_to(self.wanted)
        for shard_id, reader in list(self.readers.items()):
            self.readers[shard_id] = self._reader(reader.remains())

    def _change_to(self, settings: MappingSettings) -> None:
        self.note("settings", settings)
        self.settings = self.reference.settings = settings
        for shard_id in self.reference.shards:
            self.reference.changed(shard_id, settings)

    # Shards

    def _begin(self) -> None:
        """Begin with the shards from their checkpoints."""
        self.family = Family()
        for shard_id in self.done:
            self.family.done(shard_id)
        self._begin_ready()

    def _begin_ready(self) -> None:
        parents = {shard_id: shard.parents for shard_id, shard in self.shards.items()}
        for shard_id in self.family.ready(parents):
            self.note("begin", shard_id)
            self.reference.begun(shard_id, self.now)
            self.met["a child begins"] += bool(parents[shard_id])
            self.readers[shard_id] = self._reader(Remains(self.checkpoints.get(shard_id, 0)))

    def _reader(self, remains: Remains[Record]) -> ShardReader[Record]:
        return ShardReader(
            self.settings,
            remains,
            weigh=weigh,
            accepts=self.filtering(self.settings.patterns, self.reference),
            new_request_id=lambda: f"r{next(self._ids)}",
            retention=self.retention,
        )

    def _finish(self, shard_id: str) -> None:
        self.note("finished", shard_id)
        self.met["a closed shard is done"] += 1
        self.reference.finished(shard_id, self.now)
        del self.readers[shard_id]
        self.done.add(shard_id)
        self.family.done(shard_id)
        self._begin_ready()

    def _checkpoint(self, shard_id: str) -> None:
        position = self.readers[shard_id].checkpoint
        self.reference.checkpointed(shard_id, position, self.now)
        self.checkpoints[shard_id] = position
