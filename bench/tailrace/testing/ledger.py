"""A test's own ledger: it puts records, notes what the stream took, and checks what came out."""

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from . import sending
from .audit import Acknowledged, DeadLettered, Quarantined, Stored, audit
from .eventually import Clock, WallClock, eventually
from .sending import Put
from .verdict import Verdict

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient


QUIET = 1.0  # seconds without a change, after which nothing more is expected
EVERY = 0.1  # seconds between two looks


class Ledger:
    """What one test put into a stream, to be compared with what it finds.

    ledger.put(aws("kinesis"), "readings", [Put(b"…", key="sensor-1", element="reading-1")])
    ledger.settle(lambda: [Stored(item["id"]["S"]) for item in scan()], within=30).check()
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.acknowledged: list[Acknowledged] = []
        self._clock = clock or WallClock()

    def put(
        self, kinesis: "KinesisClient", stream: str, puts: Iterable[Put], *, within: float = sending.PATIENCE
    ) -> list[Acknowledged]:
        """Put records until each is acknowledged, note them, and return them.

        Raises AssertionError, with what was refused, if that takes longer than `within` seconds.
        """
        taken = sending.put_all(kinesis, stream, puts, within=within, clock=self._clock).acknowledged
        self.acknowledged += taken
        return taken

    def audit(
        self,
        stored: Collection[Stored],
        quarantined: Collection[Quarantined] = (),
        dead_lettered: Collection[DeadLettered] = (),
    ) -> Verdict:
        """Compare everything that was put so far with what was found."""
        return audit(self.acknowledged, stored, quarantined, dead_lettered)

    def settle(
        self,
        stored: Callable[[], Collection[Stored]],
        quarantined: Callable[[], Collection[Quarantined]] = tuple,
        dead_lettered: Callable[[], Collection[DeadLettered]] = tuple,
        *,
        within: float = 30,
        quiet: float = QUIET,
    ) -> Verdict:
        """Wait, at most `within` seconds, until nothing is lost, and then until nothing changes.

        A record that is delivered once more may be stored twice after all were found: `quiet` seconds without
        a change show that none is. What else is wrong is in the verdict. Raises AssertionError if something
        stays lost.
        """

        def look() -> Verdict:
            return self.audit(stored(), quarantined(), dead_lettered())

        def settled() -> Verdict:
            """See every acknowledged record somewhere."""
            found = look()
            assert not found.lost, str(found)  # noqa: S101  `eventually` takes it as "not yet"
            return found

        latest = eventually(settled, within=within, every=EVERY, clock=self._clock)
        since, end = self._clock.now(), self._clock.now() + within + quiet
        while self._clock.now() < min(since + quiet, end):
            self._clock.pause(EVERY)
            found = look()
            if found != latest:
                latest, since = found, self._clock.now()
        return latest
