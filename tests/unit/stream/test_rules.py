from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings

from tailrace.stream.event import Event
from tailrace.stream.rules import Accepted, GivenUp, Outbox, Refused, Rules
from tests.unit.stream.invented_stream import (
    THROTTLED,
    InventedStream,
    event,
    histories,
    obedient,
    outbox_of,
)

pytestmark = pytest.mark.unit
fewer = settings(max_examples=60)  # these examples are large


type History = tuple[InventedStream, list[Event]]

TAKEN = Accepted("1", "shardId-000000000000")


@given(histories())
@fewer
def test_nothing_is_lost(history: History) -> None:
    """Every event ends exactly once: through, or given up; and what is through, the stream has taken."""
    stream, events = history
    stream.run(events)
    ended = [*stream.delivered, *(one.event.event_id for one in stream.given_up)]
    assert Counter(ended) == Counter(one.event_id for one in events)
    assert set(stream.delivered) <= {one.event_id for one in stream.taken}
    assert stream.outbox.unsettled == 0


@given(histories())
@fewer
def test_the_order_of_a_key_is_kept(history: History) -> None:
    """The stream takes the events of a key in the source's order, whatever is refused or lost."""
    stream, events = history
    stream.run(events)
    for key in {one.key for one in events}:
        taken = stream.taken_of(key)
        assert taken == [one.event_id for one in events if one.key == key and one.event_id in set(taken)]


@given(histories())
@fewer
def test_given_up_events_can_be_sent_again_in_order(history: History) -> None:
    """When patience ends for an event, all later ones of its key are given up with it, in their order."""
    stream, events = history
    stream.run(events)
    impatient = [one for one in stream.given_up if one.reason.startswith(("not taken", "an earlier"))]
    hopeless = {one.event.event_id for one in stream.given_up if one not in impatient}
    for key in {one.key for one in events}:
        given_up = [one.event for one in impatient if one.event.key == key]
        first = given_up[0].line if given_up else len(events)
        later = [one for one in events if one.key == key and one.line >= first]
        assert given_up == [one for one in later if one.event_id not in hopeless]


@given(histories())
@fewer
def test_every_request_keeps_the_limits(history: History) -> None:
    """No request has too many entries or bytes; only a single entry may be larger than the rest may be."""
    stream, events = history
    stream.run(events)
    rules = stream.outbox.rules
    for request in stream.requests:
        assert 1 <= len(request.events) <= rules.entries
        size = sum(one.size for one in request.events)
        assert size <= rules.request_bytes or len(request.events) == 1
        assert all(one.size <= rules.record_bytes for one in request.events)


@given(histories())
@fewer
def test_only_so_many_are_held_and_on_their_way(history: History) -> None:
    """Neither the window nor the number of requests on their way is ever exceeded."""
    stream, events = history
    rules, most_unsettled = stream.outbox.rules, 0
    answer = stream.which_answers

    def watched(flying: int) -> int:
        nonlocal most_unsettled
        assert flying < rules.requests
        most_unsettled = max(most_unsettled, stream.outbox.unsettled)
        return answer(flying + 1) if flying else 0

    stream.which_answers = lambda flying: watched(flying - 1)
    stream.run(events)
    assert most_unsettled <= rules.window


def test_a_refused_entry_holds_back_its_key_only() -> None:
    """While an entry waits for its next try, other keys go on and its own key does not."""
    outbox = outbox_of(Rules(entries=2, linger=0))
    for number, key in enumerate("abab"):
        outbox.offer(event(number, key), 0)
    first = outbox.next_request(0)
    assert first is not None
    assert [one.event_id for one in first.events] == ["0", "1"]
    outbox.answered(first.number, [THROTTLED, TAKEN], 0)
    second = outbox.next_request(0)
    assert second is not None
    assert [one.event_id for one in second.events] == ["3"]
    outbox.answered(second.number, [TAKEN], 0)
    assert outbox.next_request(0) is None
    third = outbox.next_request(0.1)
    assert third is not None
    assert [one.event_id for one in third.events] == ["0"]


def test_a_full_request_goes_at_once() -> None:
    """500 events of different keys are a request without any waiting; the 501st is not in it."""
    outbox = outbox_of(Rules())
    for number in range(501):
        outbox.offer(event(number, str(number)), 0)
    request = outbox.next_request(0)
    assert request is not None
    assert len(request.events) == 500
    assert outbox.next_request(0) is None


def test_company_is_waited_for_a_little() -> None:
    """A request that is not full goes when its oldest event has lingered; `wake_at` names that time."""
    outbox = outbox_of(Rules(linger=0.025))
    outbox.offer(event(1, "a"), 10.0)
    assert outbox.next_request(10.02) is None
    assert outbox.wake_at() == 10.025
    assert outbox.next_request(10.025) is not None


def test_nothing_is_waited_for_at_the_end() -> None:
    """When the source has ended, a request need not be full."""
    outbox = outbox_of(Rules())
    outbox.offer(event(1, "a"), 0)
    outbox.close()
    assert outbox.next_request(0) is not None


def test_too_large_an_event_is_given_up_at_once() -> None:
    """Data and key together may have as many bytes as the stream takes, and not one more."""
    outbox = outbox_of(Rules(record_bytes=100))
    assert outbox.offer(event(1, "é", size=98), 0) is None
    assert outbox.offer(event(2, "é", size=99), 0) == GivenUp(
        event(2, "é", size=99), "too large: 101 bytes, and the stream takes 100"
    )


def test_too_large_an_event_does_not_hold_back_its_key() -> None:
    """An event that can never succeed is given up alone."""
    stream = obedient(Rules(record_bytes=50))
    stream.run([event(1, "a"), event(2, "a", size=51), event(3, "a")])
    assert stream.delivered == ["1", "3"]


def test_requests_are_cut_at_their_size() -> None:
    """An event that would make the request too large goes into the next one."""
    stream = obedient(Rules(request_bytes=100))
    stream.run([event(number, str(number), size=39) for number in range(5)])
    assert [len(request.events) for request in stream.requests] == [2, 2, 1]


def test_a_bad_entry_is_found_by_halves() -> None:
    """A request that is not valid costs its other entries nothing, and about log2 requests."""
    stream = obedient(Rules())
    stream.poison = frozenset({"200"})
    stream.run([event(number, str(number)) for number in range(500)])
    assert len(stream.delivered) == 499
    assert [(one.event.event_id, one.reason) for one in stream.given_up] == [("200", "ValidationException")]
    assert len(stream.requests) < 25


def test_backoff_doubles_up_to_its_bound() -> None:
    """The waits before the next tries are drawn from 0 to 0.1, 0.2, 0.4 … seconds, and to 5 at the most."""

    class Middle(Random):
        def uniform(self, a: float, b: float) -> float:
            return (a + b) / 2

    outbox = Outbox(Rules(linger=0), Middle())
    outbox.offer(event(1, "a"), 0)
    outbox.close()
    now, waits = 0.0, list[float]()
    for _ in range(8):
        request = outbox.next_request(now)
        assert request is not None
        outbox.answered(request.number, [THROTTLED], now)
        wake = outbox.wake_at()
        assert wake is not None
        waits.append(round(wake - now, 6))
        now = wake
    assert waits == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.5, 2.5]


def test_a_failed_request_stays_together() -> None:
    """The entries of a request that failed as a whole are tried again in one request."""
    outbox = outbox_of(Rules())
    for number in range(10):
        outbox.offer(event(number, str(number)), 0)
    outbox.close()
    request = outbox.next_request(0)
    assert request is not None
    outbox.failed(request.number, "timed out", 0)
    again = outbox.next_request(0.1)
    assert again is not None
    assert again.events == request.events
    assert outbox.retried == 10


def test_patience_ends() -> None:
    """An event that is not through in time is given up, with what AWS said last."""
    stream = obedient(Rules(patience=2.0))
    stream.refused = lambda: True
    stream.run([event(1, "a"), event(2, "a")])
    first, second = stream.given_up
    throttled = "ProvisionedThroughputExceededException: Rate exceeded for shard"
    assert first.reason == f"not taken within 2 s: {throttled}"
    assert second.reason == "an earlier event of its key was given up"
    assert stream.now <= 2.1


def test_a_given_up_event_ends_its_key() -> None:
    """An event whose key has lost an earlier one for good is given up at once; other keys go on."""
    outbox = outbox_of(Rules(patience=0, linger=0))
    outbox.offer(event(1, "a"), 0)
    request = outbox.next_request(0)
    assert request is not None
    outbox.answered(request.number, [THROTTLED], 0)
    late = event(2, "a")
    assert outbox.offer(late, 0) == GivenUp(late, "an earlier event of its key was given up")
    assert outbox.offer(event(3, "b"), 0) is None


def test_abandoning_gives_up_all_in_order() -> None:
    """What is held when a run ends is given up: waiting, and on its way; nothing is left to wait for."""
    outbox = outbox_of(Rules(linger=0))
    for number, key in enumerate("aba"):
        outbox.offer(event(number, key), 0)
    assert outbox.next_request(0) is not None
    assert sorted(one.event.line for one in outbox.abandon("stopped")) == [0, 1, 2]
    assert (outbox.unsettled, outbox.flying, outbox.wake_at()) == (0, 0, None)


def test_results_must_fit_the_request() -> None:
    """An answer with fewer results than entries is never taken for a whole one."""
    outbox = outbox_of(Rules(linger=0))
    outbox.offer(event(1, "a"), 0)
    outbox.offer(event(2, "b"), 0)
    request = outbox.next_request(0)
    assert request is not None
    with pytest.raises(ValueError, match="zip"):
        outbox.answered(request.number, [Refused("InternalFailure", "")], 0)
