"""What an audit found, and how it says so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple


class Loss(NamedTuple):
    """A record that was acknowledged and ended nowhere."""

    element: str
    partition_key: str
    shard_id: str
    sequence_number: str
    last_seen: str

    def __str__(self) -> str:
        return (
            f"{self.element} (key {self.partition_key}, {self.shard_id}, {self.sequence_number}): "
            f"last seen {self.last_seen}"
        )


class Stranger(NamedTuple):
    """Something that was found and never acknowledged."""

    element: str
    where: str

    def __str__(self) -> str:
        return f"{self.element}: {self.where}"


class Double(NamedTuple):
    """An element that is there more than once."""

    element: str
    how: str

    def __str__(self) -> str:
        return f"{self.element}: {self.how}"


class Disorder(NamedTuple):
    """Two neighbours of one key of which the one put later was not applied later."""

    partition_key: str
    earlier: str
    earlier_applied_at: int
    later: str
    later_applied_at: int

    def __str__(self) -> str:
        return (
            f"key {self.partition_key}: {self.earlier} was put first and applied at "
            f"{self.earlier_applied_at}, {self.later} after it at {self.later_applied_at}"
        )


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The result of an audit.

    `unknown` means that nothing was acknowledged, so nothing was shown: it does not pass.
    `repeated` lists what is there twice and may be; it does not make a run invalid.
    """

    acknowledged: int
    stored: int
    quarantined: int
    dead_lettered: int
    lost: Sequence[Loss] = ()
    unexpected: Sequence[Stranger] = ()
    doubled: Sequence[Double] = ()
    disordered: Sequence[Disorder] = ()
    repeated: Sequence[Double] = ()

    @property
    def outcome(self) -> Literal["valid", "invalid", "unknown"]:
        """Whether what went in came out."""
        if self.lost or self.unexpected or self.doubled or self.disordered:
            return "invalid"
        return "valid" if self.acknowledged else "unknown"

    def check(self) -> None:
        """Pass only a valid run; AssertionError says everything that was found otherwise."""
        if self.outcome != "valid":
            raise AssertionError(str(self))

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield (
            f"{self.outcome}: {self.acknowledged:,} acknowledged, {self.stored:,} stored, "
            f"{self.quarantined:,} quarantined, {self.dead_lettered:,} ranges dead-lettered"
        )
        if self.outcome == "unknown":
            yield "nothing was acknowledged, so nothing was shown: did the test put its events?"
        for name in ("lost", "unexpected", "doubled", "disordered", "repeated"):
            found = getattr(self, name)
            if found:
                yield f"{name}{' (allowed)' if name == 'repeated' else ''}: {len(found):,}"
                yield from (f"  {one}" for one in found)
