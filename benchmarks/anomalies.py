"""`make bench-anomalies`: the detector on published labelled series, beside a z-score and beside `river`.

NAB_DATA names a folder laid out as the Numenta Anomaly Benchmark's data: `windows.json` (for each file the
windows of time that hold an anomaly) and the CSV files it names (`timestamp,value`). For each detector:

- windows hit: of the labelled windows, in how many it spoke;
- false alarms a day: times it spoke outside any window; what follows within 12 points is the same alarm;
- delay: of the windows hit, the median part of the window that had gone by when it first spoke.

Each detector has one setting for all series. One that speaks more hits more: so each stands here at several
thresholds, and two are compared where their false alarms are alike.
"""

import csv
import json
import os
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median, pstdev
from typing import Any

from rich.console import Console
from rich.table import Table

from detector.model import DAY, Detector, Sensitivity

SAME_ALARM = 12  # points
WINDOW, MINIMUM = 100, 60  # points: of the plain z-score's history, and before anything speaks
OUTPUT = Path(".build/bench-anomalies.json")

type Points = Sequence[tuple[float, float]]
type Windows = Sequence[tuple[float, float]]
type Speaks = Callable[[float], bool]
type Maker = Callable[[float], Speaks]


@dataclass
class Score:
    """What came of one detector over all series."""

    windows: int = 0
    hit: int = 0
    false_alarms: int = 0
    days: float = 0.0
    delays: tuple[float, ...] = ()

    def add(
        self, points: Points, windows: Sequence[tuple[float, float]], spoken: list[float], step: float
    ) -> None:
        """Count one series."""
        firsts = [next((at for at in spoken if begin <= at <= end), None) for begin, end in windows]
        self.windows += len(windows)
        self.hit += sum(first is not None for first in firsts)
        self.delays += tuple(
            (first - begin) / (end - begin)
            for first, (begin, end) in zip(firsts, windows, strict=True)
            if first is not None
        )
        outside = [at for at in spoken if not any(begin <= at <= end for begin, end in windows)]
        self.false_alarms += sum(
            place == 0 or at - outside[place - 1] > SAME_ALARM * step for place, at in enumerate(outside)
        )
        self.days += (points[-1][0] - points[0][0]) / DAY


def ours(threshold: float) -> Maker:
    """Make the project's detector."""

    def make(step: float) -> Speaks:
        detector = Detector(step, Sensitivity(threshold=threshold))

        def speaks(value: float) -> bool:
            judgement = detector.judge(value)
            return judgement is not None and judgement.unusual

        return speaks

    return make


def z_score(threshold: float) -> Maker:
    """Make a plain z-score over the last `WINDOW` points."""

    def make(_step: float) -> Speaks:
        past: deque[float] = deque(maxlen=WINDOW)

        def speaks(value: float) -> bool:
            spread = (pstdev(past) or 1e-9) if len(past) >= MINIMUM else 0.0
            unusual = bool(spread) and abs(value - fmean(past)) / spread > threshold
            past.append(value)
            return unusual

        return speaks

    return make


def river(name: str, rarity: float) -> Maker | None:
    """Make a detector of the library river, with its own quantile filter; None where it is not installed."""
    try:
        from river import anomaly, compose, preprocessing  # noqa: PLC0415  only in the benchmark's environment
    except ImportError:
        return None
    kinds: dict[str, Callable[[], Any]] = {
        "half-space trees": lambda: compose.Pipeline(
            preprocessing.MinMaxScaler(),
            anomaly.QuantileFilter(anomaly.HalfSpaceTrees(seed=1), q=rarity),
        ),
        "Gaussian": lambda: anomaly.QuantileFilter(anomaly.GaussianScorer(window_size=WINDOW), q=rarity),
    }

    def make(_step: float) -> Speaks:
        model, seen = kinds[name](), 0

        def speaks(value: float) -> bool:
            nonlocal seen
            seen += 1
            if name == "Gaussian":
                score = model.score_one(None, value)
                unusual = model.classify(score)
                model.learn_one(None, value)
            else:
                score = model.score_one({"value": value})
                unusual = model["QuantileFilter"].classify(score)
                model.learn_one({"value": value})
            return bool(unusual) and seen > MINIMUM

        return speaks

    return make


def seconds(text: str) -> float:
    """Return the epoch seconds of a timestamp."""
    return datetime.fromisoformat(text + "+00:00").timestamp()


def read(folder: Path) -> dict[str, tuple[Points, Windows]]:
    """Return each series that the labels name and that is there: its points and its windows."""
    labels = json.loads((folder / "windows.json").read_text(encoding="utf-8"))
    series: dict[str, tuple[Points, Windows]] = {}
    for name, windows in sorted(labels.items()):
        if not (folder / name).exists():
            continue
        with (folder / name).open(encoding="utf-8", newline="") as file:
            points = [(seconds(row["timestamp"]), float(row["value"])) for row in csv.DictReader(file)]
        series[name] = (points, [(seconds(begin), seconds(end)) for begin, end in windows])
    return series


def measured(maker: Maker, series: dict[str, tuple[Points, Windows]]) -> Score:
    """Run a detector over every series, each from its beginning."""
    score = Score()
    for points, windows in series.values():
        step = median(after[0] - before[0] for before, after in pairwise(points))
        speaks = maker(step)
        score.add(points, windows, [at for at, value in points if speaks(value)], step)
    return score


def main() -> int:
    """Measure every detector, print the table, write the JSON."""
    folder = os.environ.get("NAB_DATA", "")
    if not folder or not (Path(folder) / "windows.json").exists():
        sys.stderr.write("NAB_DATA is not set to a folder with windows.json in it: see docs/benchmarks.md\n")
        return 2
    series = read(Path(folder))
    makers = {
        **{f"ours, threshold {threshold:g}": ours(threshold) for threshold in (4.5, 5.0, 6.0, 8.0)},
        **{
            f"z-score, threshold {threshold:g}": z_score(threshold) for threshold in (3.0, 4.0, 5.0, 6.0, 8.0)
        },
        **{
            f"river, {name}, quantile {rarity:g}": maker
            for name in ("half-space trees", "Gaussian")
            for rarity in (0.99, 0.995, 0.999)
            if (maker := river(name, rarity))
        },
    }
    table = Table("detector", "windows hit", "false alarms a day", "delay", title=f"{len(series)} series")
    result = {}
    for name, maker in makers.items():
        score = measured(maker, series)
        delay = median(score.delays) if score.delays else float("nan")
        daily = score.false_alarms / score.days
        table.add_row(name, f"{score.hit} of {score.windows}", f"{daily:.3f}", f"{delay:.2f}")
        result[name] = {
            "hit": score.hit,
            "windows": score.windows,
            "false_alarms_a_day": daily,
            "delay": delay,
        }
    Console().print(table)
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"As JSON: {OUTPUT}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
