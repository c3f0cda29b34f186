"""The pump of a subscription: waits for what it says, and gives the frames that go over the wire."""

from collections.abc import Callable, Iterator
from threading import Condition
from typing import Any

from tailrace.clock import CLOCK, Clock
from tailrace.kinesis.engine import ENGINE
from tailrace.kinesis.measures import expired, publish, sent
from tailrace.kinesis.operations.subscribe import describe_event
from tailrace.kinesis.subscriptions import Subscription, SubscriptionEvent, SubscriptionWait
from tailrace.protocol.frames import frame

type Encode = Callable[[dict[str, Any]], bytes]


def events(
    subscription: Subscription,
    content_type: str,
    encode: Encode,
    limited: Callable[[], bool],
    clock: Clock = CLOCK,
) -> Iterator[bytes]:
    """Give the frames of a subscription, as long as it lasts; blocks between them."""
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
