"""The pipeline under trial: its mapping, what is stored, what was set aside, its dead letters."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from tailrace.arns import Arn, named
from tailrace.control.own_api import ask
from tailrace.story.errors import StoryError
from tailrace.story.letters import parsed
from tailrace.story.mappings import StreamMapping
from tailrace.story.places import Place, place_of
from tailrace.testing.audit import Acknowledged, DeadLettered, Stored
from tailrace.testing.bench import Bench
from tailrace.testing.eventually import WallClock, eventually
from tailrace.testing.ledger import Ledger
from tailrace.testing.sending import Put

from .adapter import Adapter, AdapterError
from .finding import Found

MAPPINGS = "/_tailrace/mappings"
QUIET = 1.0
"""Seconds without a change, after which nothing more is expected."""
STANDSTILL = 0.3
"""Seconds after which time is moved on, where a trial allows it: a retry or a window is waited for."""
STEP, LONGEST_STEP = 1.0, 128.0
"""Seconds by which it is moved on: twice as many each time, while nothing happens."""
LOOK = 0.1
CHANGED = 60.0
"""Seconds that a mapping may take to change its state."""


class Subject:
    """A pipeline, as its adapter describes it, on an emulator."""

    def __init__(self, adapter: Adapter, bench: Bench) -> None:
        self.adapter, self.bench = adapter, bench
        self._clock = WallClock()
        self._lambda = bench.aws("lambda")
        self._letters: list[DeadLettered] = []

    @cached_property
    def stream(self) -> str:
        """The stream's name."""
        return named(self.adapter.stream)

    @cached_property
    def function(self) -> str:
        """The function's name."""
        return named(self.adapter.function)

    @cached_property
    def mapping(self) -> StreamMapping:
        """The mapping from the stream to the function. Raises AdapterError if there is none."""
        found = [
            StreamMapping(one)
            for one in self.bench.functions.mappings(self.function)
            if (arn := Arn.maybe(one.get("EventSourceArn"))) and arn.service == "kinesis"
        ]
        mine = [one for one in found if one.stream == self.stream]
        if not mine:
            there = ", ".join(map(str, found)) or "it has none of a Kinesis stream"
            raise AdapterError(
                f"No mapping leads from the stream {self.stream} to the function {self.function}: {there}"
            )
        return mine[0]

    @cached_property
    def timeout(self) -> float:
        """Seconds that the function may run."""
        found = self._lambda.get_function_configuration(FunctionName=self.function)
        return float(found["Timeout"])

    @property
    def batch_size(self) -> int:
        """Records of a batch, at most."""
        return int(self.mapping.configuration["BatchSize"])

    def put(self, puts: Iterable[Put]) -> list[Acknowledged]:
        """Put records until each is acknowledged."""
        return Ledger().put(self.bench.aws("kinesis"), self.stream, puts)

    def behind(self) -> int:
        """Return how many records the mapping has not settled yet."""
        behind = self._described()["behind"]
        return int(behind["records"]) if behind else 0

    def running(self) -> bool:
        """Tell whether an invocation is under way."""
        return bool(self._described()["running"])

    def _described(self) -> dict[str, Any]:
        """Return what the emulator tells of the mapping."""
        every = ask(self.bench.endpoint, MAPPINGS)["mappings"]
        mine: dict[str, Any] = next(one for one in every if one["mapping"] == self.mapping.uuid)
        return mine

    def mapping_result(self) -> str:
        """Return what the mapping's last invocation came to; empty before the first."""
        found = self._lambda.get_event_source_mapping(UUID=self.mapping.uuid)
        return StreamMapping(found).result

    def batches(self, record: Acknowledged) -> list[dict[str, Any]]:
        """Return the batches that a record was in, oldest first."""
        query = f"shard={record.shard_id}&sequence={record.sequence_number}"
        found: list[dict[str, Any]] = ask(
            self.bench.endpoint, f"{MAPPINGS}/{self.mapping.uuid}/batches?{query}"
        )["batches"]
        return found

    def read_from(self, position: str | float) -> None:
        """Have the mapping read its stream anew: TRIM_HORIZON, LATEST, or a time in epoch seconds."""
        before = self._described()["rewound"]
        ask(self.bench.endpoint, f"{MAPPINGS}/{self.mapping.uuid}/rewind", {"from": position})

        def begun() -> bool:
            """See the mapping read from there, once its invocations under way have ended."""
            return bool(self._described()["rewound"] > before)

        eventually(begun, within=CHANGED + self.timeout)

    def starting_position(self) -> str | float:
        """Return where the mapping begins to read when it is made."""
        configuration = self.mapping.configuration
        if configuration["StartingPosition"] == "AT_TIMESTAMP":
            return float(configuration["StartingPositionTimestamp"].timestamp())
        return str(configuration["StartingPosition"])

    def enable(self, *, enabled: bool) -> None:
        """Enable or disable the mapping, and wait until it is."""
        wanted = "Enabled" if enabled else "Disabled"
        self._lambda.update_event_source_mapping(UUID=self.mapping.uuid, Enabled=enabled)

        def changed() -> bool:
            """See the mapping in the state that was asked for."""
            return bool(self._lambda.get_event_source_mapping(UUID=self.mapping.uuid)["State"] == wanted)

        eventually(changed, within=CHANGED)

    def look(self, records: Sequence[Acknowledged]) -> Found:
        """Look for these events wherever they may be."""
        mine = {record.element for record in records}
        every = (Stored(one) if isinstance(one, str) else one for one in self.adapter.stored())
        return Found(
            stored=[one for one in every if one.element in mine],
            set_aside=list(self.adapter.set_aside()),
            dead_lettered=self.dead_lettered(),
            last=self.adapter.last(),
            behind=self.behind(),
        )

    def dead_lettered(self) -> list[DeadLettered]:
        """Return what the mapping has given up so far; nothing is deleted."""
        if self._place is not None:
            self._letters += [
                DeadLettered(letter.shard_id, letter.first, letter.last)
                for letter in parsed(self._place.receive())
            ]
        return self._letters

    @cached_property
    def _place(self) -> Place | None:
        """Where the mapping sends its dead letters; None if nowhere."""
        try:
            return place_of(self.mapping, self.bench.aws)
        except StoryError:
            return None

    def settle(
        self, records: Sequence[Acknowledged], *, within: float = 0, moving: bool = False, until: float = 0
    ) -> Found:
        """Wait until the mapping has settled all records, then until nothing changes; return what is there.

        The wait is bounded by `within` seconds, the adapter's patience by default. `moving` moves the
        emulator's time on where nothing happens and no invocation is under way, at most `until` a time of its
        clock.
        """
        end = self._clock.now() + (within or self.adapter.patience)
        latest, since, step = self.behind(), self._clock.now(), STEP
        while latest and self._clock.now() < end:
            self._clock.pause(LOOK)
            now = self.behind()
            if now != latest:
                latest, since, step = now, self._clock.now(), STEP
            elif moving and self._clock.now() - since > STANDSTILL:
                if self.running():
                    since = self._clock.now()
                    continue
                left = until - self.bench.clock.now() if until else step
                if left <= 0:
                    break
                self.bench.clock.advance(min(step, left))
                step = min(2 * step, LONGEST_STEP)
        found, since = self.look(records), self._clock.now()
        while not found.behind and self._clock.now() < min(since + QUIET, end):
            self._clock.pause(QUIET / 2)
            again = self.look(records)
            if again != found:
                found, since = again, self._clock.now()
        return found

    def recover(self) -> None:
        """Have the mapping begin at the end of the stream, if something still holds it up."""
        if self.behind():
            self.read_from("LATEST")

    def close(self) -> None:
        """Let others see the dead letters again."""
        if place := vars(self).get("_place"):  # cached where somebody has read there
            place.show_again()
