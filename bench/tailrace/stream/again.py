"""Puts events that are at hand, by the sender's rules, and tells of each acknowledgement at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from tailrace.stream.event import Event
from tailrace.stream.feed import Direct
from tailrace.stream.pace import AtOnce
from tailrace.stream.rules import Delivered, GivenUp, Outbox, Rules
from tailrace.stream.sender import Bounds, RequestThreads, Sender, Stop

if TYPE_CHECKING:
    from tailrace.stream.event import Unreadable
    from tailrace.stream.rules import Outcome
    from tailrace.stream.writing import WritableStream


@dataclass
class PutAgain:
    """What was put, and what was not."""

    delivered: list[Delivered] = field(default_factory=list)
    given_up: list[GivenUp] = field(default_factory=list)


def put_again(
    stream: "WritableStream", events: Sequence[Event], done: Callable[[Sequence[Delivered]], None], stop: Stop
) -> PutAgain:
    """Put events; `done` is told of each acknowledgement before the next is heard.

    Those of one key keep the order that they have here.
    """
    put = PutAgain()

    def report(outcomes: "Sequence[Outcome | Unreadable]") -> None:
        through = [each for each in outcomes if isinstance(each, Delivered)]
        put.delivered += through
        put.given_up += [each for each in outcomes if isinstance(each, GivenUp)]
        if through:
            done(through)

    outbox = Outbox(Rules(record_bytes=stream.record_bytes), Random())  # noqa: S311  spreads retries
    requests = RequestThreads(stream.put, Rules.requests)
    stop.wake = requests.wake
    Sender(outbox, Direct(iter(events)), AtOnce(), requests, report).run(
        Bounds(None, None), stop, lambda: None
    )
    return put
