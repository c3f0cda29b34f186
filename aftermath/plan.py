"""What a replay is to put again, and which messages are through when that is done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aftermath.dead_letters import LetterRecords, read_back
from aftermath.failed_records import FailedRecord, wanted
from aftermath.quarantine_messages import QuarantineContents
from aftermath.tables import Settled

if TYPE_CHECKING:
    from aftermath.pipeline import Pipeline
    from aftermath.settings import AftermathSettings


@dataclass
class Plan:
    """The records to put, each once, in the order in which they were put first."""

    records: list[FailedRecord]
    letters: list[LetterRecords]
    settled: int
    """Records of dead letters of which it is known what became."""
    incomplete: int
    _open: dict[str, set[str]] = field(default_factory=dict)
    """By dead letter: the records that are not done yet."""

    @classmethod
    def made(cls, pipeline: "Pipeline", settings: "AftermathSettings") -> "Plan":
        """Read what was set aside, and choose what the settings ask for."""
        contents, letters = QuarantineContents([], [], 0), []
        if settings.source in {"quarantine", "both"}:
            contents = pipeline.quarantined()
        if settings.source in {"dead-letters", "both"}:
            letters = read_back(pipeline.kinesis, pipeline.stream, pipeline.letters())
        named = [failed.record for read in letters for failed in read.records]
        return cls.of(contents, letters, pipeline.tables.settled(named) if named else {}, settings)

    @classmethod
    def of(
        cls,
        contents: QuarantineContents,
        letters: Sequence[LetterRecords],
        settled: Mapping[str, Settled],
        settings: "AftermathSettings",
    ) -> "Plan":
        """Choose from what was read; `settled` says what became of records that dead letters name."""
        chosen = {
            failed.record.sequence_number: failed for failed in contents.records if wanted(failed, settings)
        }
        named = [failed for read in letters for failed in read.records]
        for failed in named:
            number = failed.record.sequence_number
            if number not in settled and wanted(failed, settings):
                chosen.setdefault(number, failed)
        still_open = {
            read.letter.message: {failed.record.sequence_number for failed in read.records} - settled.keys()
            for read in letters
            if not read.expired  # its message stays, and says what was lost
        }
        return cls(
            records=sorted(chosen.values(), key=lambda failed: failed.order),
            letters=list(letters),
            settled=len({failed.record.sequence_number for failed in named} & settled.keys()),
            incomplete=len(contents.incomplete),
            _open=still_open,
        )

    @property
    def expired(self) -> int:
        """How many records of dead letters the stream does not hold any more."""
        return sum(read.expired for read in self.letters)

    def through(self, records: Iterable[FailedRecord]) -> tuple[list[str], list[str]]:
        """Note that records are done; return the messages that are: those of quarantine, and dead letters.

        A dead letter is through when all its records are; one that had nothing left to do is at the first
        call.
        """
        done = list(records)
        for failed in done:
            for numbers in self._open.values():
                numbers.discard(failed.record.sequence_number)
        quarantine = [each for failed in done if failed.origin == "quarantine" for each in failed.messages]
        letters = [message for message, numbers in self._open.items() if not numbers]
        for message in letters:
            del self._open[message]
        return quarantine, letters
