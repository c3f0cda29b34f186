"""The tiles on top of the page: the pipeline's own figures, whatever the handler counts. Pure."""

from typing import NamedTuple

from dashboard.queues import QueueContents
from dashboard.tables import NONE, seconds
from dashboard.view import DashboardView

NAMES = ("Events", "Rate", "Lag", "Quarantine", "Dead letters", "Mapping")


class Figure(NamedTuple):
    """One tile: its figure, what stands below it, and whether it is as it should be."""

    value: str
    note: str
    well: bool = True


def figures(view: DashboardView) -> dict[str, Figure]:
    """Return each tile's figure."""
    rest, lag, (rate, whole) = view.rest, view.last_lag, view.rate
    span = "minute" if view.shown.step == 1 else f"{view.shown.step} minutes"
    return {
        "Events": Figure(f"{view.events:,}", f"{view.newest:,} in this minute"),
        "Rate": Figure(f"{rate:,.1f} /s", f"in the last {span}" if whole else f"in the {span} going on"),
        "Lag": Figure(seconds(lag[0]), f"all below {seconds(lag[1])}") if lag else Figure(NONE, "no events"),
        "Quarantine": _records(rest.queues.quarantine, "records"),
        "Dead letters": _records(rest.queues.dead_letters, "records of failed batches"),
        "Mapping": Figure(rest.mapping.state or NONE, rest.mapping.result, rest.mapping.well),
    }


def _records(contents: QueueContents, noun: str) -> Figure:
    """Count records; messages only as long as nobody has read them, and then that is said."""
    if contents.records is None:
        return Figure(f"{contents.messages:,}", "messages, not read yet", well=False)
    return Figure(f"{contents.records:,}", noun, well=not contents.messages)
