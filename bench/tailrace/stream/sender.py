"""The sender: threads that make requests, and the loop that asks the rules what to do next."""

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

from tailrace.stream.event import Event, Unreadable
from tailrace.stream.failures import Meaning, answered, meaning, said
from tailrace.stream.feed import ItemFeed, Nothing
from tailrace.stream.pace import Pace
from tailrace.stream.rules import Accepted, Outbox, Outcome, Refused, Request
from tailrace.stream.silence import Silence, Unanswered

type Put = Callable[[Sequence[Event]], Sequence[Accepted | Refused]]
type Report = Callable[[Sequence[Outcome | Unreadable]], None]

DRAIN = 10.0
"""Seconds that what was read has, after a request to stop, to be acknowledged."""
IDLE = 0.25
"""Seconds at most between two looks at what is going on."""
AT_A_TIME = 500
"""Events taken from the source between two looks at the answers."""


class Stop:
    """A request to stop: the first lets what was read be sent, the second gives it up."""

    def __init__(self) -> None:
        self.asked = 0
        """How often."""
        self.signal = 0
        """Number of the signal that asked last."""
        self.wake: Callable[[], None] | None = None
        """What ends the sender's waiting."""

    @classmethod
    def at_signals(cls) -> "Stop":
        """Return one that Ctrl-C and SIGTERM ask from now on."""
        stop = cls()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda came, _: stop.ask(came))
        return stop

    def ask(self, number: int) -> None:
        """Ask to stop, by a signal's number; may be called from a signal handler."""
        self.asked += 1
        self.signal = number
        if self.wake:
            self.wake()


@dataclass(frozen=True)
class Bounds:
    """How much is sent: events, seconds; None is no bound."""

    count: int | None
    seconds: float | None


class RequestThreads:
    """The threads that make requests, each one at a time."""

    def __init__(self, put: Put, threads: int) -> None:
        self._put = put
        self._requests: SimpleQueue[Request | None] = SimpleQueue()
        self._answers: SimpleQueue[tuple[Request, Sequence[Accepted | Refused] | Exception] | None] = (
            SimpleQueue()
        )
        self._threads = threads
        for number in range(threads):
            Thread(target=self._work, name=f"put-{number}", daemon=True).start()

    def send(self, request: Request) -> None:
        """Have a request made."""
        self._requests.put(request)

    def wake(self) -> None:
        """End the waiting in `answer`."""
        self._answers.put(None)

    def answer(self, seconds: float) -> tuple[Request, Sequence[Accepted | Refused] | Exception] | None:
        """Return an answer that has come, or comes within these seconds; None if there is none."""
        try:
            return self._answers.get(timeout=seconds) if seconds > 0 else self._answers.get_nowait()
        except Empty:
            return None

    def close(self) -> None:
        """End the threads as soon as their requests have ended; nobody waits for that."""
        for _ in range(self._threads):
            self._requests.put(None)

    def _work(self) -> None:
        while request := self._requests.get():
            answer: Sequence[Accepted | Refused] | Exception
            try:
                answer = self._put(request.events)
            except Exception as error:  # noqa: BLE001  judged by the loop
                answer = error
            self._answers.put((request, answer))


class Sender:
    """Takes events from a feed when they are due, and sends them by the rules."""

    def __init__(
        self, outbox: Outbox, feed: ItemFeed, pace: Pace, requests: RequestThreads, report: Report
    ) -> None:
        self._outbox = outbox
        self._feed = feed
        self._pace = pace
        self._requests = requests
        self._report = report
        self._next: tuple[Event, float] | None = None
        self._open = True
        self._waiting_for_source = False
        self.taken = 0
        """Events taken from the source."""
        self.last_line = 0
        """Line of the source that the last of them stood on."""
        self._broken: str | None = None
        self._drain_until = float("inf")
        self._silence = Silence()

    @property
    def fault(self) -> str | None:
        """Why no request can succeed, if that came up."""
        return self._broken

    def unanswered(self, now: float) -> Unanswered | None:
        """Return since when nobody answers, if that has lasted for `NOTICED` seconds; `now` is monotonic."""
        return self._silence.noticed(now, waiting=bool(self._outbox.flying))

    @property
    def holds(self) -> bool:
        """Whether an event came from the source whose time had not come yet."""
        return self._next is not None

    def run(self, bounds: Bounds, stop: Stop, look: Callable[[], None]) -> None:
        """Send until source or bounds end, or a stop is asked for; what was taken is then accounted for.

        `look` is called often; it may show how far it is.
        """
        ends = float("inf") if bounds.seconds is None else time.monotonic() + bounds.seconds
        try:
            while self._open or self._outbox.unsettled:
                self._turn(bounds, ends, stop)
                look()
        finally:
            self._report(self._outbox.abandon("the sender broke off"))
            self._requests.close()

    def _turn(self, bounds: Bounds, ends: float, stop: Stop) -> None:
        now = time.monotonic()
        if stop.asked or now >= ends or self._broken:
            self._close(now + DRAIN if stop.asked else float("inf"))
        self._take(bounds, now)
        self._dispatch(now)
        self._hear(self._pause(time.monotonic(), ends))
        if self._broken and not self._outbox.flying:
            self._report(self._outbox.abandon(self._broken))
        if stop.asked > 1 or time.monotonic() >= self._drain_until:
            self._report(self._outbox.abandon("stopped before it was acknowledged"))

    def _close(self, drain_until: float) -> None:
        self._drain_until = min(self._drain_until, drain_until)
        self._open = False
        self._outbox.close()

    def _take(self, bounds: Bounds, now: float) -> None:
        """Take from the source what is due, while there is room."""
        self._waiting_for_source = False
        for _ in range(AT_A_TIME):
            if not (self._open and self._outbox.has_room):
                return
            if bounds.count is not None and self.taken >= bounds.count:
                self._close(float("inf"))
                return
            if self._next is None and not self._fetch(now):
                return
            if self._next is not None:
                event, due = self._next
                if due > now:
                    return
                self._next = None
                self.taken += 1
                self.last_line = event.line
                given_up = self._outbox.offer(event, now)
                if given_up:
                    self._report([given_up])

    def _fetch(self, now: float) -> bool:
        """Look at the source's next item; return whether to go on taking."""
        item = self._feed.take()
        if item is Nothing.LEFT:
            self._close(float("inf"))
        elif item is Nothing.YET:
            self._waiting_for_source = True
        elif isinstance(item, Unreadable):
            self._report([item])
        elif isinstance(item, Event):
            self._next = (item, self._pace.due(item, now))
        return not isinstance(item, Nothing)

    def _dispatch(self, now: float) -> None:
        while not self._broken and (request := self._outbox.next_request(now)):
            self._silence.sent(now, first=self._outbox.flying == 1)
            self._requests.send(request)

    def _pause(self, now: float, ends: float) -> float:
        """Return how long nothing is to be done, unless an answer comes."""
        moments = [now + IDLE, ends if self._open else float("inf")]
        wake = None if self._broken else self._outbox.wake_at()
        if wake is not None:
            moments.append(wake)
        if self._open and self._outbox.has_room and not self._waiting_for_source:
            moments.append(self._next[1] if self._next else now)
        return min(moments) - now

    def _hear(self, seconds: float) -> None:
        """Take in the answers that are there, waiting for the first one at most so long."""
        heard = self._requests.answer(seconds)
        while heard:
            request, answer = heard
            self._report(self._judge(request, answer))
            heard = self._requests.answer(0)

    def _judge(self, request: Request, answer: Sequence[Accepted | Refused] | Exception) -> list[Outcome]:
        now = time.monotonic()
        number = request.number
        if not isinstance(answer, Exception) or answered(answer):
            self._silence.heard(now)
        else:
            self._silence.failed(said(answer))
        if not isinstance(answer, Exception):
            if len(answer) != len(request.events):
                return self._outbox.failed(
                    number, f"{len(answer)} results for {len(request.events)} entries", now
                )
            return self._outbox.answered(number, answer, now)
        kind, reason = meaning(answer), said(answer)
        if kind is Meaning.INVALID:
            return self._outbox.rejected(number, reason, now)
        if kind is Meaning.FATAL:
            self._broken = reason
        return self._outbox.failed(number, reason, now)
