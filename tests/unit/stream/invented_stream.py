"""An invented stream behind an `Outbox`, with an invented clock: hypothesis decides what becomes of requests.

It keeps to AWS's terms: any entry of a request may be refused while its neighbours are taken, a request may
fail before or after it was taken in, and answers come back in any order.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from random import Random

from hypothesis import strategies as st

from tailrace.stream.event import Event
from tailrace.stream.rules import Accepted, Delivered, GivenUp, Outbox, Outcome, Refused, Request, Rules

THROTTLED = Refused("ProvisionedThroughputExceededException", "Rate exceeded for shard")
STEPS = 20_000


class Fate(Enum):
    """What befalls a request."""

    ANSWERED = "each entry has an outcome of its own"
    LOST_BEFORE = "it never arrives"
    LOST_AFTER = "it is taken, and the answer is lost"


def event(number: int, key: str, size: int = 10) -> Event:
    """Make an event; its number is its id and its line."""
    return Event(b"x" * size, key, str(number), "click", number, None)


@dataclass
class InventedStream:
    """Puts events through an outbox, and notes what the stream took and what came of each event."""

    outbox: Outbox
    fate: Callable[[], Fate]
    refused: Callable[[], bool]
    which_answers: Callable[[int], int]
    poison: frozenset[str] = frozenset()
    now: float = 0.0
    taken: list[Event] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    flying: list[Request] = field(default_factory=list)

    def run(self, events: list[Event]) -> None:
        """Offer all events as there is room, and go on until nothing is left."""
        waiting = iter(events)
        following = next(waiting, None)
        for _ in range(STEPS):
            while following and self.outbox.has_room:
                given_up = self.outbox.offer(following, self.now)
                self.outcomes += [given_up] if given_up else []
                following = next(waiting, None)
            if following is None:
                self.outbox.close()
            self._start()
            if self.flying:
                self._answer(self.flying.pop(self.which_answers(len(self.flying))))
            elif not self.outbox.unsettled and following is None:
                return
            else:
                self._wait()
        raise AssertionError(f"{self.outbox.unsettled} events are still held after {STEPS} steps")

    def _start(self) -> None:
        while request := self.outbox.next_request(self.now):
            keys = [one.key for other in [*self.flying, request] for one in other.events]
            assert len(keys) == len(set(keys)), "two events of a key are on their way"
            self.requests.append(request)
            self.flying.append(request)

    def _answer(self, request: Request) -> None:
        self.now += 0.01
        if any(one.event_id in self.poison for one in request.events):
            self.outcomes += self.outbox.rejected(request.number, "ValidationException", self.now)
            return
        fate = self.fate()
        if fate is Fate.LOST_BEFORE:
            self.outcomes += self.outbox.failed(request.number, "timed out", self.now)
            return
        results = [THROTTLED if self.refused() else self._take(one) for one in request.events]
        if fate is Fate.LOST_AFTER:
            self.outcomes += self.outbox.failed(request.number, "timed out", self.now)
        else:
            self.outcomes += self.outbox.answered(request.number, results, self.now)

    def _take(self, one: Event) -> Accepted:
        self.taken.append(one)
        return Accepted(str(len(self.taken)), "shardId-000000000000")

    def _wait(self) -> None:
        wake = self.outbox.wake_at()
        assert wake is not None, "events are held, and nothing will ever happen"
        self.now = max(self.now, wake)

    @property
    def delivered(self) -> list[str | None]:
        """Ids of the events that are through, in the order of their answers."""
        return [one.event.event_id for one in self.outcomes if isinstance(one, Delivered)]

    @property
    def given_up(self) -> list[GivenUp]:
        """The events that are not, in the order in which they were given up."""
        return [one for one in self.outcomes if isinstance(one, GivenUp)]

    def taken_of(self, key: str) -> list[str | None]:
        """Ids of a key's events in the order in which the stream took each first."""
        return list(dict.fromkeys(one.event_id for one in self.taken if one.key == key))


def outbox_of(rules: Rules, seed: int = 0) -> Outbox:
    """Return an outbox whose chance is always the same."""
    return Outbox(rules, Random(seed))  # noqa: S311  spreads retries, keeps no secret


def obedient(rules: Rules) -> InventedStream:
    """Return a stream that takes everything at once."""
    return InventedStream(outbox_of(rules), lambda: Fate.ANSWERED, lambda: False, lambda _: 0)


@st.composite
def histories(draw: st.DrawFn) -> tuple[InventedStream, list[Event]]:
    """Invent rules, events of a few keys, and what befalls them."""
    rules = Rules(
        entries=draw(st.integers(1, 8)),
        request_bytes=draw(st.integers(60, 400)),
        record_bytes=60,
        requests=draw(st.integers(1, 4)),
        window=draw(st.integers(1, 30)),
        patience=draw(st.sampled_from([0.05, 1.0, 60.0])),
    )
    keys = st.sampled_from("abcdefgh"[: draw(st.integers(1, 8))])
    drawn = draw(st.lists(st.tuples(keys, st.integers(0, 80)), max_size=60))
    events = [event(number, key, size) for number, (key, size) in enumerate(drawn)]
    chance = draw(st.randoms(use_true_random=False))
    refusals, failures = draw(st.sampled_from([0, 0.3, 0.8])), draw(st.sampled_from([0, 0.2, 0.6]))
    lost = (Fate.LOST_BEFORE, Fate.LOST_AFTER)
    stream = InventedStream(
        outbox_of(rules, draw(st.integers(0, 2**32))),
        lambda: chance.choice(lost) if chance.random() < failures else Fate.ANSWERED,
        lambda: chance.random() < refusals,
        chance.randrange,
        frozenset(str(number) for number in range(len(events)) if chance.random() < 0.05),
    )
    return stream, events
