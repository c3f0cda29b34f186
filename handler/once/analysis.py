"""What `analyse` returns: what becomes of one event, and how the layer checks it."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from handler.once.metrics import DimensionValue, Measure
from handler.once.records import Json, Reason, RejectedError
from handler.once.totals import Total

type Body = dict[str, Json]

MOST_TOTALS = 50
"""Totals of one event: what a transaction adds must fit into one update."""


class Analysis(NamedTuple):
    """What becomes of one event.

    >>> from handler.once.metrics import Dimension
    >>> line = Dimension("Line", "north", "south")
    >>> found = Analysis({"line": "north"}, dimensions=(line.of("north"),), totals=(Total("items", 4),))
    """

    attributes: Body
    """Stored in the item, beside the key, the event itself (`rawData`) and where it came from."""
    measures: tuple[Measure, ...] = ()
    """Counted once for each stored event, however often it is delivered: CloudWatch metrics."""
    totals: tuple[Total, ...] = ()
    """Added to the totals of the minute in which the event arrived, once as well: see `totals.py`."""
    dimensions: tuple[DimensionValue, ...] = ()
    """What the layer counts the event by: in `EventsProcessed` by all of them together, in the totals'
    `events` by the first. The same dimensions, in the same order, for every event."""


type Analyse = Callable[[Body], Analysis]
"""Says what becomes of one event; raises RejectedError for one that can never be stored."""


_MEMBERS: tuple[tuple[str, type, type, str], ...] = (
    ("attributes", dict, str, "a dict, its names strings"),
    ("measures", tuple, Measure, "a tuple of Measure(NAME, VALUE)"),
    ("totals", tuple, Total, "a tuple of Total(NAME, VALUE)"),
    ("dimensions", tuple, DimensionValue, "a tuple of Dimension(NAME, VALUES…).of(VALUE)"),
)


def checked(analysis: object) -> Analysis:
    """Return what `analyse` returned; RejectedError if it is no Analysis, or not in all its members."""
    if not isinstance(analysis, Analysis):
        raise RejectedError(
            Reason.ANALYTICS_FAILED, f"analyse returned a {type(analysis).__name__}, not an Analysis"
        )
    if len(analysis.totals) > MOST_TOTALS:
        raise RejectedError(
            Reason.ANALYTICS_FAILED, f"an Analysis has {len(analysis.totals)} totals: at most {MOST_TOTALS}"
        )
    for value, (name, kind, of, form) in zip(analysis, _MEMBERS, strict=True):
        if not isinstance(value, kind) or not _are(value, of):
            raise RejectedError(Reason.ANALYTICS_FAILED, f"the {name} of an Analysis are {form}")
    return analysis


def _are(values: Iterable[object], kind: type) -> bool:
    for value in values:  # noqa: SIM110  `all` with a generator takes three times as long, for every event
        if not isinstance(value, kind):
            return False
    return True
