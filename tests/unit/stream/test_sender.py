from collections.abc import Callable, Iterator, Sequence
from itertools import count
from random import Random
from threading import Event as Flag
from threading import Thread

import pytest
from botocore.exceptions import ReadTimeoutError

from tailrace.stream.event import Event, Unreadable
from tailrace.stream.feed import Direct, Item, ReadAhead
from tailrace.stream.pace import AtOnce, AtRate, Pace
from tailrace.stream.rules import Accepted, Delivered, GivenUp, Outcome, Refused, Rules
from tailrace.stream.sender import Bounds, Put, RequestThreads, Sender, Stop
from tests.unit.stream.invented_stream import THROTTLED, event, outbox_of

pytestmark = pytest.mark.unit

QUICK = Rules(entries=20, window=60, linger=0, first_backoff=0.0001, longest_backoff=0.001)
LONG = 8.0
"""Seconds after which a run that should have ended has hung; less than the sender drains."""


def take(events: Sequence[Event]) -> list[Accepted | Refused]:
    """Take every entry, as a stream does that has no limits."""
    return [Accepted(str(one.line), "shardId-000000000000") for one in events]


class Sending:
    """One sender with all around it; what it tells is kept."""

    def __init__(self, put: Put, rules: Rules = QUICK, pace: Pace | None = None) -> None:
        self.outcomes: list[Outcome | Unreadable] = []
        self.stop = Stop()
        self.requests = RequestThreads(put, rules.requests)
        self.stop.wake = self.requests.wake
        self._outbox = outbox_of(rules)
        self._pace = pace or AtOnce()

    def run(
        self,
        items: Iterator[Item] | ReadAhead,
        bounds: Bounds = Bounds(None, None),  # noqa: B008  frozen
        look: Callable[[], None] = lambda: None,
    ) -> Sender:
        """Send these to the end; fail if that never comes."""
        feed = items if isinstance(items, ReadAhead) else Direct(items)
        sender = Sender(self._outbox, feed, self._pace, self.requests, self.outcomes.extend)
        failed: list[Exception] = []

        def run() -> None:
            try:
                sender.run(bounds, self.stop, look)
            except Exception as error:  # noqa: BLE001  raised again where it is looked at
                failed.append(error)

        thread = Thread(target=run, daemon=True)
        thread.start()
        thread.join(LONG)
        assert not thread.is_alive(), "the sender hangs"
        if failed:
            raise failed[0]
        return sender

    @property
    def delivered(self) -> list[int]:
        """Numbers of the events that are through."""
        return [one.event.line for one in self.outcomes if isinstance(one, Delivered)]

    @property
    def given_up(self) -> dict[int, str]:
        """Numbers of those that are not, and why."""
        return {one.event.line: one.reason for one in self.outcomes if isinstance(one, GivenUp)}


def events(number: int, keys: int = 7) -> Iterator[Event]:
    """Give events of a few keys."""
    return (event(each, str(each % keys)) for each in range(number))


def endless() -> Iterator[Event]:
    """Give events without end."""
    return (event(each, str(each % 7)) for each in count())


def test_everything_is_sent() -> None:
    """What the source gives is acknowledged, each event once."""
    sending = Sending(take)
    sending.run(events(500))
    assert sorted(sending.delivered) == list(range(500))
    assert not sending.given_up


def test_refusals_and_failures_lose_nothing() -> None:
    """With a third of the entries refused and a third of the requests failing, all arrive in order."""
    chance = Random(1)  # noqa: S311  invented faults
    arrived: list[Event] = []

    def put(batch: Sequence[Event]) -> list[Accepted | Refused]:
        if chance.random() < 0.3:
            raise ReadTimeoutError(endpoint_url="http://127.0.0.1:1")
        results: list[Accepted | Refused] = []
        for one in batch:
            refused = chance.random() < 0.3
            arrived.extend([] if refused else [one])
            results.append(THROTTLED if refused else Accepted("1", "s"))
        return results

    sending = Sending(put)
    sending.run(events(400))
    assert sorted(sending.delivered) == list(range(400))
    for key in range(7):
        assert [one.line for one in arrived if one.key == str(key)] == list(range(key, 400, 7))


def test_an_answer_that_does_not_fit_is_no_answer() -> None:
    """A request with fewer results than entries is made again."""
    first = [True]

    def put(batch: Sequence[Event]) -> list[Accepted | Refused]:
        short = first.pop() if first else False
        return take(batch)[1 if short else 0 :]

    sending = Sending(put)
    sending.run(events(50))
    assert sorted(sending.delivered) == list(range(50))


def test_the_end_of_all_hope_ends_the_run() -> None:
    """When no request can succeed, taking ends, all that was taken is given up, and the fault is named."""

    def put(_: Sequence[Event]) -> list[Accepted | Refused]:
        raise RuntimeError("no such stream")

    sending = Sending(put)
    sender = sending.run(endless())
    assert sender.fault == "RuntimeError: no such stream"
    assert sorted(sending.given_up) == list(range(sender.taken))
    assert sender.taken <= QUICK.window
    assert sender.last_line == sender.taken - 1


def test_a_request_to_stop_is_clean() -> None:
    """What was taken from the source before it is acknowledged; nothing is taken after it."""
    sending = Sending(take)
    looks = count()
    sender = sending.run(endless(), look=lambda: sending.stop.ask(2) if next(looks) == 5 else None)
    assert sorted(sending.delivered) == list(range(sender.taken))
    assert not sending.given_up
    assert (sending.stop.asked, sending.stop.signal) == (1, 2)


def test_a_second_request_to_stop_waits_for_nobody() -> None:
    """With answers that never come, a second request gives up what is not acknowledged, and ends."""
    never = Flag()

    def put(batch: Sequence[Event]) -> list[Accepted | Refused]:
        never.wait()
        return take(batch)

    sending = Sending(put)
    looks = count()
    sender = sending.run(endless(), look=lambda: sending.stop.ask(2) if next(looks) in {2, 3} else None)
    never.set()
    assert sorted(sending.given_up) == list(range(sender.taken))
    assert set(sending.given_up.values()) == {"stopped before it was acknowledged"}


def test_a_count_bounds_events_not_lines() -> None:
    """A hundred events are sent though lines between them cannot be read; those are reported."""
    mixed = (one for each in count() for one in (Unreadable(each, "why"), event(each, str(each))))
    sending = Sending(take)
    sender = sending.run(mixed, Bounds(100, None))
    assert sorted(sending.delivered) == list(range(100))
    assert sender.taken == 100
    assert sum(isinstance(one, Unreadable) for one in sending.outcomes) == 100


def test_a_duration_bounds_the_taking() -> None:
    """When the time is over nothing more is taken, and what was taken is acknowledged."""
    sending = Sending(take, pace=AtRate(200))
    sender = sending.run(endless(), Bounds(None, 0.2))
    assert 1 <= sender.taken <= 41
    assert sorted(sending.delivered) == list(range(sender.taken))


def test_a_source_that_breaks_loses_nothing() -> None:
    """When reading the source fails, what was taken before is acknowledged or given up; then it is raised."""

    def breaking() -> Iterator[Event]:
        yield from events(30)
        raise OSError("the disk is gone")

    sending = Sending(take)
    with pytest.raises(OSError, match="the disk is gone"):
        sending.run(breaking())
    assert sorted([*sending.delivered, *sending.given_up]) == list(range(30))


def test_a_source_that_pauses_holds_up_nothing() -> None:
    """Events are acknowledged while the source keeps everybody waiting for the next one."""
    seen = Flag()

    def pausing() -> Iterator[Item]:
        yield event(0, "a")
        assert seen.wait(LONG), "the first event was not sent while the source paused"
        yield event(1, "a")

    sending = Sending(take)
    sending.run(
        ReadAhead(pausing(), sending.requests.wake), look=lambda: seen.set() if sending.delivered else None
    )
    assert sending.delivered == [0, 1]


def test_what_reading_ahead_raises_is_raised() -> None:
    """A source that is read by a thread of its own fails as loudly as any other."""

    def breaking() -> Iterator[Item]:
        yield event(0, "a")
        raise OSError("the pipe is gone")

    sending = Sending(take)
    with pytest.raises(OSError, match="the pipe is gone"):
        sending.run(ReadAhead(breaking(), sending.requests.wake))
