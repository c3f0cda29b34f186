"""The registered consumers of a stream (enhanced fan-out)."""

from threading import Lock

from tailrace.kinesis.errors import LimitExceededError, ResourceInUseError, ResourceNotFoundError
from tailrace.kinesis.lifecycle import Life, LifecycleEvent, Status

MOST = 20
MOST_CREATING = 5


class Consumer:
    """One consumer. Times are epoch seconds."""

    def __init__(self, stream_arn: str, name: str, now: float, active: float) -> None:
        self.name = name
        self.created = int(now)
        self.stream_arn = stream_arn
        self.arn = f"{stream_arn}/consumer/{name}:{self.created}"
        self.life = Life(active)
        self.tags: dict[str, str] = {}
        self.policy: str | None = None


class Consumers:
    """All consumers of one stream. Safe to use from several threads."""

    def __init__(self, stream: str, stream_arn: str, account: str) -> None:
        self._stream = stream
        self._stream_arn = stream_arn
        self._account = account
        self._consumers: dict[str, Consumer] = {}
        self._lock = Lock()

    def register(self, name: str, now: float, active: float) -> Consumer:
        """Add a consumer. Raises ResourceInUseError and LimitExceededError."""
        listed = self.listed(now)
        with self._lock:
            if name in self._consumers:
                raise ResourceInUseError(
                    f"Consumer {name} under stream {self._stream} already exists for account {self._account}."
                )
            creating = sum(one.life.status(now) == Status.CREATING for one in listed)
            if len(listed) >= MOST or creating >= MOST_CREATING:
                raise LimitExceededError(
                    f"Stream {self._stream} under account {self._account} cannot have more than {MOST}"
                    f" consumers, and not more than {MOST_CREATING} in state CREATING."
                )
            self._consumers[name] = Consumer(self._stream_arn, name, now, active)
            return self._consumers[name]

    def deregister(self, consumer: Consumer, now: float, gone: float) -> None:
        """Delete a consumer; it is DELETING until it is gone."""
        if not consumer.life.ending:
            consumer.life.move(LifecycleEvent.DELETE, now, gone)

    def listed(self, now: float) -> list[Consumer]:
        """Give the consumers that there are, in order of name."""
        with self._lock:
            for name, consumer in list(self._consumers.items()):
                if consumer.life.status(now) == Status.GONE:
                    del self._consumers[name]
            return [consumer for _, consumer in sorted(self._consumers.items())]

    def find(self, now: float, *, name: str | None = None, arn: str | None = None) -> Consumer:
        """Give a consumer by its name or its ARN. Raises ResourceNotFoundError."""
        for consumer in self.listed(now):
            if consumer.name == name or consumer.arn == arn:
                return consumer
        which = f"Consumer {name}, stream {self._stream}" if name else f"Consumer {arn}"
        raise ResourceNotFoundError(f"{which} under account {self._account} not found.")

    def arns(self) -> set[str]:
        """Give the ARNs of all consumers that are not being deleted."""
        with self._lock:
            return {one.arn for one in self._consumers.values() if not one.life.ending}
