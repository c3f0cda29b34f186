"""SubscribeToShard: what a subscription sends, and when; whoever pumps it sends the events and waits.

A subscription gives records as they come, an event without records about every five seconds, and ends after
five minutes, at the end of the shard (with the children), or when the same consumer subscribes to the same
shard again. The consumer goes on with AFTER_SEQUENCE_NUMBER and the last ContinuationSequenceNumber.
"""

from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from tailrace.kinesis.errors import AlreadySubscribedError
from tailrace.kinesis.shards import RecordPage, Shard
from tailrace.kinesis.streams import Stream

LIFETIME = 300.0
"""Seconds."""
HEARTBEAT = 5.0
"""Seconds without records, after which there is an event without any."""
TAKEOVER = 5.0
"""Seconds in which a consumer cannot subscribe to the same shard again."""
MOST_RECORDS = 10_000
MOST_BYTES = 1 << 20
BYTES_PER_SECOND = 2 << 20


class SubscriptionEvent(NamedTuple):
    """What is sent next: the page of records, if the shard goes on where, and the children if it ends."""

    page: RecordPage
    continuation: str | None


class SubscriptionWait(NamedTuple):
    """Wait until this time, or until there are new records."""

    until: float


class End(NamedTuple):
    """Send no more."""

    expired: bool = False
    """Because the five minutes are over."""


class Subscription:
    """One subscription. Times are epoch seconds; it is stepped by one thread."""

    def __init__(  # noqa: PLR0913, PLR0917  what SubscribeToShard names
        self,
        stream: Stream,
        shard: Shard,
        position: int,
        now: float,
        consumer: str,
        deregistered: Callable[[], bool],
    ) -> None:
        self.stream = stream
        self.shard = shard
        self.consumer = consumer
        self.taken_over = False
        self._deregistered = deregistered
        self._position = position
        self._ends = now + LIFETIME
        self._heartbeat = now + HEARTBEAT
        self._not_before = now  # so that no more than 2 MiB a second are sent
        self._done = False

    @property
    def _is_over(self) -> bool:
        return self.taken_over or self.stream.deleted or self._deregistered()

    def step(self, now: float, *, limited: bool = False) -> SubscriptionEvent | SubscriptionWait | End:
        """Say what to do next."""
        if self._done or self._is_over or now >= self._ends:
            return End(expired=not (self._done or self._is_over))
        if limited and now < self._not_before:
            return SubscriptionWait(min(self._not_before, self._ends))
        page = within(self.stream.read(self.shard, self._position, MOST_RECORDS, now), MOST_BYTES)
        if not page.records and not page.ended and now < self._heartbeat:
            return SubscriptionWait(min(self._heartbeat, self._ends))
        self._position = page.following
        self._heartbeat = now + HEARTBEAT
        size = sum(len(record.data) // 4 * 3 for record in page.records)
        self._not_before = max(self._not_before, now) + size / BYTES_PER_SECOND
        if page.ended and not page.records:
            self._done = True
            return SubscriptionEvent(page, None)
        last = page.records[-1].sequence_number if page.records else self.stream.tip(self.shard, now)
        return SubscriptionEvent(page, last)


def within(page: RecordPage, most: int) -> RecordPage:
    """Cut a page after the record that crosses so many bytes of data."""
    total = 0
    for count, record in enumerate(page.records, 1):
        total += len(record.data) // 4 * 3
        if total >= most and count < len(page.records):
            return RecordPage(page.start, page.records[:count], ended=False)
    return page


class Subscriptions:
    """Which consumer is subscribed to which shard. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._latest: dict[tuple[str, str], tuple[float, Subscription | None]] = {}
        """When the latest of a consumer and shard began, and the subscription unless it has ended."""

    def begin(self, consumer_arn: str, subscription: Subscription, now: float) -> None:
        """Take over from the consumer's subscription before this one.

        Raises AlreadySubscribedError within five seconds of the latest, whether or not that has ended.
        """
        key = consumer_arn, subscription.shard.shard_id
        with self._lock:
            self._latest = {
                one: (began, latest)
                for one, (began, latest) in self._latest.items()
                if latest is not None or now < began + TAKEOVER
            }
            began, before = self._latest.get(key, (-TAKEOVER, None))
            if now < began + TAKEOVER:
                raise AlreadySubscribedError(
                    f"Another active subscription exists for consumer {consumer_arn}"
                    f" and shard {subscription.shard.shard_id}."
                )
            if before:
                before.taken_over = True
            self._latest[key] = now, subscription
        if before:
            before.shard.wake()

    def end(self, subscription: Subscription) -> None:
        """Let go of a subscription that has ended."""
        with self._lock:
            for key, (began, latest) in self._latest.items():
                if latest is subscription:
                    self._latest[key] = began, None
