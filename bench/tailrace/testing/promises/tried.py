"""One trial: events are put, with faults or without, and what became of them is looked at."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import Any

from tailrace.testing.audit import Acknowledged
from tailrace.testing.bench import Bench
from tailrace.testing.faults import AskedFault
from tailrace.testing.sending import Put

from .adapter import Adapter
from .finding import Break, Found, Wanted, breaks
from .rows import BROKEN, KEPT, NOT_SHOWN, SHOWN, Row
from .story import story
from .subject import Subject

FEW = 40
"""Events of a trial with faults."""


class TriedPipeline:
    """A pipeline under trial; each run gives a row."""

    def __init__(self, adapter: Adapter, bench: Bench) -> None:
        self.adapter, self.bench = adapter, bench
        adapter.tailrace = bench
        self.subject = Subject(adapter, bench)
        self.name = type(adapter).__name__
        self._number = secrets.randbelow(10**5) * 10_000

    @property
    def invoking(self) -> dict[str, Any]:
        """What a fault of the function's invocations begins with."""
        return {"on": "function.invoke", "resource": self.subject.function}

    def events(self, number: int) -> list[Put]:
        """Make so many events that were not put before."""
        self._number += number
        return [self.adapter.event(self._number - number + n) for n in range(number)]

    def faulty(
        self, promise: str, name: str, rule: dict[str, Any], puts: Callable[[], list[Put]] | None = None
    ) -> Row:
        """Put a few events while a fault is there; if it befell nothing, again in a new environment."""
        puts = puts or (lambda: self.events(FEW))
        row = self.run(promise, name, puts, faults=[rule])
        if row.verdict == NOT_SHOWN:
            gone = {**self.invoking, "do": "kill", "moment": "after", "times": 1}
            self.run(promise, name, lambda: self.events(1), faults=[gone])
            row = self.run(promise, name, puts, faults=[rule])
        return row

    def run(  # noqa: PLR0913  what a trial is made of
        self,
        promise: str,
        name: str,
        puts: Callable[[], list[Put]],
        *,
        faults: Sequence[dict[str, Any]] = (),
        wanted: Wanted | None = None,
        during: Callable[[], Any] | None = None,
        after: int = 0,
        kept: list[Acknowledged] | None = None,
        seen: Callable[[Found], None] = lambda _: None,
    ) -> Row:
        """Put events with faults, wait until all has settled, and look.

        `during` is entered before they are put and left afterwards; then `after` more are put.
        """
        began = monotonic()
        self.subject.recover()
        asked = [
            self.bench.faults.add(rule.pop("on"), may_stay_out=True, **rule) for rule in map(dict, faults)
        ]
        try:
            if during:
                with during():
                    records = self.subject.put(puts())
                records += self.subject.put(self.events(after))
            else:
                records = self.subject.put(puts())
            found = self.subject.settle(records, moving=not asked)
        finally:
            for one in asked:
                one.remove()
        if found.behind and asked:
            found = self.subject.settle(records, moving=True)
        seen(found)
        if kept is not None:
            kept += records
        broken = self.wrong(records, found, wanted or Wanted())
        return self.row(promise, name, records, found, began, broken, asked)

    def promises(self, name: str) -> bool:
        """Tell whether the pipeline makes a promise."""
        return name not in self.adapter.not_promised

    def wrong(self, records: Sequence[Acknowledged], found: Found, wanted: Wanted) -> list[Break]:
        """Judge what was found of records by what is wanted, of what the pipeline promises."""
        judged = Wanted(
            once=wanted.once and self.promises("once"),
            order=wanted.order and self.promises("order"),
            given_up=wanted.given_up,
            bad=wanted.bad,
        )
        return [*breaks(records, found, judged), *self._rejected(records)]

    def _rejected(self, records: Sequence[Acknowledged]) -> Iterator[Break]:
        """Give the first record of whose batch the function named one that was not in it, if it did."""
        for record in records[:FEW] if self.subject.mapping.settings.partial_answers else ():
            batches = self.subject.batches(record)
            if rejected := next((one for one in batches if one["kind"] == "rejected"), None):
                what = f"was in a batch that failed as a whole: {rejected['reason']} (itemIdentifier)"
                yield Break(record, what)
                return

    def row(  # noqa: PLR0913, PLR0917  as `run`
        self,
        promise: str,
        name: str,
        records: Sequence[Acknowledged],
        found: Found,
        began: float,
        broken: Sequence[Break],
        asked: Sequence[AskedFault] = (),
    ) -> Row:
        """Put in a row what is broken, with the stories of the first few records."""
        fired = sum(one.fired for one in asked)
        verdict, why = KEPT, ""
        if broken:
            verdict, why = BROKEN, f"{broken[0].record.element} {broken[0].what}"
            if len(broken) > 1:
                why += f"; {len(broken) - 1} more"
        elif asked and not fired:
            verdict, why = NOT_SHOWN, "no call met the fault"
        elif not records:
            verdict, why = NOT_SHOWN, "nothing was acknowledged"
        stories = tuple(story(self.subject, one, found) for one in broken[:SHOWN])
        seconds = monotonic() - began
        return Row(
            self.name, promise, name, verdict, len(records), fired if asked else None, round(seconds, 1), why,
            len(broken), stories,
        )  # fmt: skip
