"""A test's own ledger: it puts records, notes what the stream took, and checks what came out."""

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from . import sending
from .eventually import eventually
from .ledger import Acknowledged, DeadLettered, Quarantined, Stored, audit
from .sending import Put
from .verdict import Verdict

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient


class Ledger:
    """What one test put into a stream, to be compared with what it finds.

    ledger.put(aws("kinesis"), "readings", [Put(b"…", key="sensor-1", element="reading-1")])
    ledger.settle(lambda: [Stored(item["id"]["S"]) for item in scan()], within=30).check()
    """

    def __init__(self) -> None:
        self.acknowledged: list[Acknowledged] = []

    def put(self, kinesis: "KinesisClient", stream: str, puts: Iterable[Put]) -> list[Acknowledged]:
        """Put records until each is acknowledged, note them, and return them."""
        taken = sending.put_all(kinesis, stream, puts).acknowledged
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
    ) -> Verdict:
        """Wait, at most `within` seconds, until nothing is lost; what else is wrong is in the verdict."""

        def verdict() -> Verdict:
            """See every acknowledged record somewhere."""
            found = self.audit(stored(), quarantined(), dead_lettered())
            assert not found.lost, str(found)  # noqa: S101  `eventually` takes it as "not yet"
            return found

        return eventually(verdict, within=within, every=0.1)
