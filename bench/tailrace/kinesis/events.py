"""The pump of a subscription: waits for what it says, and gives the frames that go over the wire."""

from collections.abc import Callable, Generator, Iterator
from threading import Condition
from typing import Any

from tailrace.clock import CLOCK, Clock
from tailrace.kinesis.engine import ENGINE
from tailrace.kinesis.measures import expired, publish, sent
from tailrace.kinesis.operations.subscribe import describe_event
from tailrace.kinesis.subscriptions import Subscription, SubscriptionEvent, SubscriptionWait
from tailrace.protocol.frames import frame

type Encode = Callable[[dict[str, Any]], bytes]


class SubscriptionFrames:
    """The frames of a subscription, as long as it lasts, for whoever sends them; `close` ends it."""

    def __init__(
        self,
        subscription: Subscription,
        content_type: str,
        encode: Encode,
        limited: Callable[[], bool],
        clock: Clock = CLOCK,
    ) -> None:
        self._subscription = subscription
        self._frames = _frames(subscription, content_type, encode, limited, clock)

    def __iter__(self) -> Iterator[bytes]:
        """Give the frames; blocks between them."""
        return self._frames

    def close(self) -> None:
        """End the subscription, be it that nobody has asked for its first frame."""
        self._frames.close()
        ENGINE.subscriptions.end(self._subscription)


def _frames(
    subscription: Subscription, content_type: str, encode: Encode, limited: Callable[[], bool], clock: Clock
) -> Generator[bytes]:
    changed, news = Condition(), [True]

    def wake() -> None:
        with changed:
            news[0] = True
            changed.notify()

    unsubscribe = subscription.shard.subscribe(wake)
    try:
        yield frame("initial-response", encode({}), content_type)
        while True:
            with changed:
                news[0] = False
            step = subscription.step(clock.now(), limited=limited())
            if isinstance(step, SubscriptionEvent):
                event = describe_event(subscription, step, clock.now())
                publish(subscription.stream, sent(event, subscription.consumer), clock.now())
                yield frame("SubscribeToShardEvent", encode(event), content_type)
            elif isinstance(step, SubscriptionWait):
                with changed:
                    while not news[0] and clock.wait(changed, step.until):
                        pass
            else:
                if step.expired:
                    publish(subscription.stream, expired(subscription.consumer), clock.now())
                return
    finally:
        unsubscribe()
        ENGINE.subscriptions.end(subscription)
