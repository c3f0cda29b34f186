"""The rules of sending: what goes into the next request, and what an answer means.

Two rules for whoever changes this file. All that is known about an event on its way stands here; and nothing
here sleeps, reads a clock, or talks to anyone: time comes in as `now` (seconds, rising, from any start), and
chance as a `Random`. So the tests drive thousands of invented histories through it.

The rules:

1. **Order.** A request carries at most one event of a partition key, and while it is on its way no other of
   that key starts. Two of them in one request would not do: AWS may refuse the first and take the second
   (each entry has its own outcome), and then the second has overtaken the first for good.
2. **Limits.** At most 500 entries and 5 MiB in a request (AWS's limits are 500 and, by its newer documents,
   10 MiB; by its older ones 5). An event larger than the stream takes is given up at once.
3. **Retries.** A refused entry waits, before it is sent again, a random time between 0 and a bound that
   doubles with each attempt ("exponential backoff with full jitter"). A request that failed as a whole waits
   so too, but its entries stay together. Later events of the key wait behind it.
4. **Giving up.** An event that is not through `patience` seconds after it was first sent is given up, and
   with it all later events of its key: so the file of given-up events, sent again, still has the key's order.
   Events that can never succeed (too large, or not valid by themselves) are given up alone.
5. **A request that is not valid** is sent again in halves, until the entry that spoils it stands alone.
6. **Waiting for company.** A request that is not full waits at most `linger` seconds for more.
"""

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from tailrace.stream.event import Event


@dataclass(frozen=True)
class Rules:
    """The numbers behind the rules; seconds and bytes."""

    entries: int = 500
    request_bytes: int = 5 * 2**20
    record_bytes: int = 2**20
    requests: int = 4
    """Requests on their way at the same time."""
    window: int = 4000
    """Events in here at the same time; the more, the more different keys a request finds."""
    linger: float = 0.025
    first_backoff: float = 0.1
    longest_backoff: float = 5.0
    patience: float = 60.0


class Accepted(NamedTuple):
    """An entry that the stream has taken."""

    sequence_number: str
    shard_id: str


class Refused(NamedTuple):
    """An entry that the stream has not taken this time."""

    code: str
    message: str


class Delivered(NamedTuple):
    """An event that is through."""

    event: Event
    accepted: Accepted


class GivenUp(NamedTuple):
    """An event that will not be sent any more, and why."""

    event: Event
    reason: str


type Outcome = Delivered | GivenUp


class Request(NamedTuple):
    """One PutRecords request to make; its number goes back in with the answer."""

    number: int
    events: tuple[Event, ...]


@dataclass(slots=True)
class _Waiting:
    """An event in here, and what happened to it so far."""

    event: Event
    since: float
    size: int
    company: int
    """How many entries a request with this one may have (rule 5)."""
    attempts: int = 0
    first_sent: float = 0.0


@dataclass
class Outbox:
    """Events between the source and the stream."""

    rules: Rules
    chance: Random
    retried: int = 0
    """Entries sent again so far."""
    _queues: dict[str, deque[_Waiting]] = field(default_factory=dict)
    _ready: deque[str] = field(default_factory=deque)
    _later: list[tuple[float, int, str]] = field(default_factory=list)
    _flying: dict[int, list[_Waiting]] = field(default_factory=dict)
    _broken: set[str] = field(default_factory=set)
    _unsettled: int = 0
    _number: int = 0
    _closed: bool = False

    @property
    def unsettled(self) -> int:
        """How many events are in here: waiting or on their way."""
        return self._unsettled

    @property
    def has_room(self) -> bool:
        """Whether another event may be offered."""
        return self._unsettled < self.rules.window

    @property
    def flying(self) -> int:
        """How many requests are on their way."""
        return len(self._flying)

    def offer(self, event: Event, now: float) -> GivenUp | None:
        """Take an event in; or give it up at once (rules 2 and 4)."""
        size = event.size
        if size > self.rules.record_bytes:
            return GivenUp(
                event, f"too large: {size:,} bytes, and the stream takes {self.rules.record_bytes:,}"
            )
        if event.key in self._broken:
            return GivenUp(event, "an earlier event of its key was given up")
        waiting = _Waiting(event, now, size, company=self.rules.entries)
        self._unsettled += 1
        queue = self._queues.get(event.key)
        if queue is None:
            self._queues[event.key] = deque((waiting,))
            self._ready.append(event.key)
        else:
            queue.append(waiting)
        return None

    def close(self) -> None:
        """Nothing more will be offered: requests need not wait for company."""
        self._closed = True

    def next_request(self, now: float) -> Request | None:
        """Return a request to make now, if the rules ask for one."""
        while self._later and self._later[0][0] <= now:
            self._ready.append(heapq.heappop(self._later)[2])
        if not self._ready or len(self._flying) >= self.rules.requests:
            return None
        full = len(self._ready) >= self.rules.entries
        if not (full or self._closed or not self.has_room or self._lingered(now)):
            return None
        return self._send(self._pick(), now)

    def wake_at(self) -> float | None:
        """Return the time at which `next_request` may have something without anything else happening."""
        moments = [self._later[0][0]] if self._later else []
        if self._ready and len(self._flying) < self.rules.requests:
            moments.append(self._front().since + self.rules.linger)
        return min(moments, default=None)

    def answered(self, number: int, results: Sequence[Accepted | Refused], now: float) -> list[Outcome]:
        """Take in what became of each entry of a request, in the request's order."""
        outcomes: list[Outcome] = []
        for waiting, result in zip(self._flying.pop(number), results, strict=True):
            if isinstance(result, Accepted):
                outcomes.append(Delivered(waiting.event, result))
                self._leave(waiting)
            else:
                delay = self._backoff(waiting.attempts)
                outcomes += self._again(waiting, delay, now, f"{result.code}: {result.message}")
        return outcomes

    def failed(self, number: int, reason: str, now: float) -> list[Outcome]:
        """Take in that a request failed as a whole, in a way that may pass."""
        flying = self._flying.pop(number)
        delay = self._backoff(max(waiting.attempts for waiting in flying))
        outcomes: list[Outcome] = []
        for waiting in flying:
            outcomes += self._again(waiting, delay, now, reason)
        return outcomes

    def rejected(self, number: int, reason: str, now: float) -> list[Outcome]:
        """Take in that a request was refused as not valid (rule 5)."""
        flying = self._flying.pop(number)
        if len(flying) == 1:
            self._leave(flying[0])
            return [GivenUp(flying[0].event, reason)]
        for waiting in flying:
            waiting.company = len(flying) // 2
            heapq.heappush(self._later, (now, self._tick(), waiting.event.key))
        return []

    def abandon(self, reason: str) -> list[GivenUp]:
        """Give up everything in here, in the order of the source for each key; nothing is left."""
        given_up = [GivenUp(waiting.event, reason) for queue in self._queues.values() for waiting in queue]
        self._queues.clear()
        self._ready.clear()
        self._later.clear()
        self._flying.clear()
        self._unsettled = 0
        return given_up

    def _front(self) -> _Waiting:
        return self._queues[self._ready[0]][0]

    def _lingered(self, now: float) -> bool:
        return now >= self._front().since + self.rules.linger

    def _pick(self) -> list[_Waiting]:
        """Take ready events, oldest first, as many as one request may carry."""
        picked: list[_Waiting] = []
        size, most = 0, self.rules.entries
        while self._ready:
            waiting = self._front()
            size += waiting.size
            most = min(most, waiting.company)
            if picked and (size > self.rules.request_bytes or len(picked) >= most):
                break
            picked.append(waiting)
            self._ready.popleft()
        return picked

    def _send(self, picked: list[_Waiting], now: float) -> Request:
        for waiting in picked:
            if waiting.attempts:
                self.retried += 1
            else:
                waiting.first_sent = now
            waiting.attempts += 1
        number = self._tick()
        self._flying[number] = picked
        return Request(number, tuple(waiting.event for waiting in picked))

    def _backoff(self, attempts: int) -> float:
        bound = min(self.rules.longest_backoff, self.rules.first_backoff * 2 ** min(attempts - 1, 30))
        return self.chance.uniform(0, bound)

    def _again(self, waiting: _Waiting, delay: float, now: float, reason: str) -> list[Outcome]:
        if now + delay - waiting.first_sent <= self.rules.patience:
            heapq.heappush(self._later, (now + delay, self._tick(), waiting.event.key))
            return []
        key = waiting.event.key
        self._broken.add(key)
        behind = self._queues.pop(key)
        self._unsettled -= len(behind)
        first = GivenUp(behind.popleft().event, f"not taken within {self.rules.patience:g} s: {reason}")
        return [
            first,
            *(GivenUp(other.event, "an earlier event of its key was given up") for other in behind),
        ]

    def _leave(self, waiting: _Waiting) -> None:
        """Take out the first event of a key; the next one may go."""
        key = waiting.event.key
        queue = self._queues[key]
        queue.popleft()
        self._unsettled -= 1
        if queue:
            self._ready.append(key)
        else:
            del self._queues[key]

    def _tick(self) -> int:
        self._number += 1
        return self._number
