"""What is expected next, how far what came is from it, and whether that is unusual. No I/O, no clock.

A series is judged point by point, at two scales: the point itself, and the median of the last `wide` points,
which shows a shift that no single point would. At each scale:

- The value is surprising only if every expectation that applies is surprised: the level of the history, and,
  once there is enough of it, the same time of the three days before.
- Distance is counted in robust standard deviations: 1.4826 times the history's median absolute deviation, so
  that neither an outlier nor a noisy series moves the yardstick much. It has a floor: a part of the level,
  and for counts what chance alone makes of them (Poisson).
- Real series have heavy tails, and one threshold does not suit them all. So a value must also stand out among
  the distances of its own series: above their `rarity` quantile, by the factor `margin`. (Of an unusual value
  only the threshold is remembered, or one huge anomaly would hide all that follow.)

Nothing is reported of a series until it has `minimum` points of history. Sources: Leys et al. 2013 for the
median absolute deviation; that a threshold follows from a series' own tail is the idea of peaks over
threshold (Siffer et al. 2017), taken here in its plainest form.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import NamedTuple

DAY = 86_400
DAYS = 3
ROBUST = 1.4826  # median absolute deviation to standard deviation, for a normal distribution
ROBUST_MEAN = 1.2533  # mean absolute deviation to standard deviation, likewise


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How much it takes to call a value unusual. Lengths are counted in points."""

    threshold: float = 5.0  # robust standard deviations at the least
    rarity: float = 0.995  # quantile of the series' own distances that a value must pass …
    margin: float = 1.2  # … by this factor
    minimum: int = 60  # history it needs before it reports
    history: int = 600  # what level and spread are taken from
    wide: int = 12  # points of the wide scale; 1: only the narrow one
    floor: float = 0.02  # spread is at least this part of the level …
    counts: bool = False  # … and, for counts, at least what chance makes of them


class Assessment(NamedTuple):
    """What is said of one value: in the series' own unit; score and threshold in robust deviations."""

    value: float
    expected: float
    score: float
    threshold: float

    @property
    def unusual(self) -> bool:
        """Whether the value stands out."""
        return self.score > self.threshold

    @property
    def strength(self) -> float:
        """How far it stands out: more than 1 is unusual."""
        return self.score / self.threshold


class Distances:
    """The distances of a series so far, the last `length`, with their quantile at hand."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._in_order: deque[float] = deque()
        self._ranked: list[float] = []

    def __len__(self) -> int:
        return len(self._ranked)

    def add(self, distance: float) -> None:
        """Add the newest; the oldest goes if there are too many."""
        if len(self._ranked) == self._length:
            del self._ranked[bisect_left(self._ranked, self._in_order.popleft())]
        self._in_order.append(distance)
        insort(self._ranked, distance)

    def quantile(self, part: float) -> float:
        """Return the distance that `part` of them do not pass."""
        return self._ranked[min(len(self._ranked) - 1, int(part * len(self._ranked)))]


def spread_of(values: Sequence[float], level: float) -> float:
    """Return the robust standard deviation about a level; the mean one where most are the level."""
    deviations = [abs(value - level) for value in values]
    return ROBUST * median(deviations) or ROBUST_MEAN * fmean(deviations)


@dataclass(slots=True)
class Scale:
    """One scale of a series: the medians of its last `width` points, and what is expected of the next."""

    width: int
    day: int  # points
    sensitivity: Sensitivity
    _values: list[float] = field(default_factory=list)
    _distances: Distances = field(init=False)

    def __post_init__(self) -> None:
        """Size the memory."""
        self._distances = Distances(2 * self.sensitivity.history)

    def judge(self, points: Sequence[float]) -> Assessment | None:
        """Judge the newest of the series' points, and remember it; None while there is too little history."""
        value = median(points[-self.width :])
        judgement = None
        if len(self._values) >= max(self.sensitivity.minimum, 2 * self.width):
            judgement = self._against_history(value)
            self._distances.add(min(judgement.score, judgement.threshold))
        self._values.append(value)
        del self._values[: -max(self.sensitivity.history, DAYS * self.day + 2)]
        return judgement

    def _against_history(self, value: float) -> Assessment:
        past = self._values[-self.sensitivity.history :]
        level = median(past)
        spread = spread_of(past, level)
        expectations = [level, *self._same_time()]
        expected, score = min(
            ((expected, self._distance(value, expected, spread)) for expected in expectations),
            key=lambda pair: pair[1],
        )
        return Assessment(value, expected, score, self._threshold())

    def _distance(self, value: float, expected: float, spread: float) -> float:
        floor = max(self.sensitivity.floor * abs(expected), 1e-9)
        if self.sensitivity.counts:
            floor = max(floor, max(expected, 1.0) ** 0.5)
        return abs(value - expected) / max(spread, floor)

    def _same_time(self) -> Iterator[float]:
        """Yield the median of the days before at this time, and a point before and after it.

        Each of which there are two or more: one day alone shows no habit.
        """
        now = len(self._values)
        for shift in (-1, 0, 1):
            places = (now - ago * self.day + shift for ago in range(1, DAYS + 1))
            known = [self._values[place] for place in places if 0 <= place < now]
            if len(known) > 1:
                yield median(known)

    def _threshold(self) -> float:
        """Return what a distance must pass, by the series' own tail."""
        sensitivity = self.sensitivity
        if len(self._distances) < sensitivity.minimum:
            return sensitivity.threshold
        return max(sensitivity.threshold, sensitivity.margin * self._distances.quantile(sensitivity.rarity))


class Detector:
    """Judges a series of equally spaced points, oldest first; `step` is their distance in seconds."""

    def __init__(self, step: float, sensitivity: Sensitivity | None = None) -> None:
        sensitivity = sensitivity or Sensitivity()
        day = max(1, round(DAY / step))
        widths = {1, sensitivity.wide}
        self._points: deque[float] = deque(maxlen=sensitivity.wide)
        self._scales = [Scale(width, day, sensitivity) for width in sorted(widths)]

    def judge(self, value: float) -> Assessment | None:
        """Judge the next point: by the scale at which it stands out most. None while there is no history."""
        self._points.append(value)
        points = list(self._points)
        judged = [judgement for scale in self._scales if (judgement := scale.judge(points))]
        return max(judged, key=lambda judgement: judgement.strength, default=None)
