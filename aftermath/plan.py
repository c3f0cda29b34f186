"""What a replay is to put again, and which messages are through when that is done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aftermath.apart import Apart, Held, wanted
from aftermath.letters import ReadBack, read_back
from aftermath.tables import Settled

if TYPE_CHECKING:
    from aftermath.pipeline import Pipeline
    from aftermath.settings import Settings


@dataclass
class Plan:
    """The records to put, each once, in the order in which they were put first."""

    records: list[Apart]
    letters: list[ReadBack]
    settled: int
    """Records of dead letters of which it is known what became."""
    incomplete: int
    _open: dict[str, set[str]] = field(default_factory=dict)
    """By dead letter: the records that are not done yet."""

    @classmethod
    def made(cls, pipeline: "Pipeline", settings: "Settings") -> "Plan":
        """Read what was set aside, and choose what the settings ask for."""
        held, letters = Held([], [], 0), []
        if settings.source in {"quarantine", "both"}:
            held = pipeline.quarantined()
        if settings.source in {"dead-letters", "both"}:
            letters = read_back(pipeline.kinesis, pipeline.stream, pipeline.letters())
        named = [apart.record for read in letters for apart in read.records]
        return cls.of(held, letters, pipeline.tables.settled(named) if named else {}, settings)

    @classmethod
    def of(
        cls,
        held: Held,
        letters: Sequence[ReadBack],
        settled: Mapping[str, Settled],
        settings: "Settings",
    ) -> "Plan":
        """Choose from what was read; `settled` says what became of records that dead letters name."""
        chosen = {apart.record.sequence_number: apart for apart in held.records if wanted(apart, settings)}
        named = [apart for read in letters for apart in read.records]
        for apart in named:
            number = apart.record.sequence_number
            if number not in settled and wanted(apart, settings):
                chosen.setdefault(number, apart)
        still_open = {
            read.letter.message: {apart.record.sequence_number for apart in read.records} - settled.keys()
            for read in letters
            if not read.expired  # its message stays, and says what was lost
        }
        return cls(
            records=sorted(chosen.values(), key=lambda apart: apart.order),
            letters=list(letters),
            settled=len({apart.record.sequence_number for apart in named} & settled.keys()),
            incomplete=len(held.incomplete),
            _open=still_open,
        )

    @property
    def expired(self) -> int:
        """How many records of dead letters the stream does not hold any more."""
        return sum(read.expired for read in self.letters)

    def through(self, records: Iterable[Apart]) -> tuple[list[str], list[str]]:
        """Note that records are done; return the messages that are: those of quarantine, and dead letters.

        A dead letter is through when all its records are; one that had nothing left to do is at the first
        call.
        """
        done = list(records)
        for apart in done:
            for numbers in self._open.values():
                numbers.discard(apart.record.sequence_number)
        quarantine = [each for apart in done if apart.origin == "quarantine" for each in apart.messages]
        letters = [message for message, numbers in self._open.items() if not numbers]
        for message in letters:
            del self._open[message]
        return quarantine, letters
