"""A record that failed: it stands in quarantine, or a dead letter names it. Pure."""

from dataclasses import dataclass

from aftermath.settings import AftermathSettings
from handler.once.records import Record


@dataclass
class FailedRecord:
    """A record that is in quarantine, or one that a dead letter names."""

    record: Record
    reason: str
    detail: str
    event_id: str | None
    messages: list[str]
    """Ids of the messages that hold it, or of the dead letters that name it."""
    origin: str = "quarantine"

    @property
    def size(self) -> int:
        """How many bytes were put."""
        return len(self.record.data) * 3 // 4 - self.record.data.count("=", -2)

    @property
    def order(self) -> int:
        """Rises in the order in which a partition key's records were put."""
        return int(self.record.sequence_number)


def wanted(failed: FailedRecord, settings: AftermathSettings) -> bool:
    """Tell whether the settings ask for this record: by reason, key and time of arrival."""
    since, until = settings.since, settings.until
    return (
        settings.reason in {"", failed.reason}
        and settings.key in {"", failed.record.partition_key}
        and (since is None or failed.record.arrival >= since.timestamp())
        and (until is None or failed.record.arrival < until.timestamp())
    )
