from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.model import Detector, Distances, Sensitivity

pytestmark = pytest.mark.unit

SOON = Sensitivity(minimum=20)


def noisy(seed: int, length: int) -> list[float]:
    """Return values about 100, with a spread of 5."""
    chance = Random(seed)  # noqa: S311  invented values
    return [chance.gauss(100, 5) for _ in range(length)]


def judged(values: list[float], sensitivity: Sensitivity = SOON, step: float = 60) -> list[int]:
    """Return the places of the unusual values."""
    detector = Detector(step, sensitivity)
    judgements = [detector.judge(value) for value in values]
    return [place for place, one in enumerate(judgements) if one and one.unusual]


def test_silent_while_there_is_too_little_history() -> None:
    """Not even the wildest value is judged before the minimum of history is there."""
    detector = Detector(60, SOON)
    assert [detector.judge(value) for value in (*noisy(1, 19), 1e9)] == [None] * 20


@pytest.mark.parametrize("value", [200.0, 0.0])
def test_spike_and_drop_stand_out(value: float) -> None:
    """A value far above or far below the level is unusual, and its neighbours are not."""
    values = noisy(2, 100)
    values[80] = value
    assert judged(values) == [80]


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_usual(seed: int) -> None:
    """Of a thousand values of pure noise, at most two are called unusual."""
    assert len(judged(noisy(seed, 1000))) <= 2


def test_constant_series_has_a_floor() -> None:
    """Where nothing ever varied, a change of a few parts in a hundred is no anomaly, and a doubling is."""
    assert judged([50.0] * 60 + [52.0] + [50.0] * 10) == []
    assert judged([50.0] * 60 + [100.0]) == [60]


def test_outlier_does_not_move_the_yardstick() -> None:
    """After one huge value, the next smaller spike is still seen."""
    values = noisy(3, 200)
    values[100], values[150] = 100_000.0, 400.0
    assert 150 in judged(values, Sensitivity(minimum=20, rarity=0.97))


def test_shift_that_no_single_value_shows() -> None:
    """A level that moves by two and a half spreads is seen by the wide scale only."""
    values = noisy(4, 300)
    shifted = values[:200] + [value + 12.5 for value in values[200:230]]
    narrow, wide = Sensitivity(minimum=20, wide=1), Sensitivity(minimum=20, wide=12)
    assert not [place for place in judged(shifted, narrow) if place >= 200]
    assert [place for place in judged(shifted, wide) if place >= 200]


def test_time_of_day_is_considered() -> None:
    """A peak that comes each day at the same hour is no anomaly once two days have had it."""
    hours = [1000.0 if hour % 24 == 12 else 100.0 for hour in range(24 * 6)]
    bumpy = [value + error - 100 for value, error in zip(hours, noisy(6, len(hours)), strict=True)]
    late = [
        place for place in judged(bumpy, Sensitivity(minimum=20, rarity=1.0, margin=0.0), 3600) if place > 60
    ]
    assert late == []


def test_counts_vary_by_chance() -> None:
    """For counts, what chance makes of a small level is usual: 9 where 3 were expected."""
    values = [3.0] * 60 + [9.0]
    assert judged(values, Sensitivity(minimum=20)) == [60]
    assert judged(values, Sensitivity(minimum=20, counts=True)) == []


@given(st.lists(st.floats(0, 100), min_size=1, max_size=80), st.integers(1, 30), st.floats(0, 0.999))
def test_quantile_is_that_of_the_last(distances: list[float], length: int, part: float) -> None:
    """The quantile is that of the newest distances, whatever came and went before."""
    kept = Distances(length)
    for distance in distances:
        kept.add(distance)
    newest = sorted(distances[-length:])
    assert len(kept) == len(newest)
    assert kept.quantile(part) == newest[min(len(newest) - 1, int(part * len(newest)))]


@given(st.lists(st.floats(-1e6, 1e6), min_size=30, max_size=60), st.floats(0.1, 1000))
def test_scale_does_not_matter(values: list[float], factor: float) -> None:
    """The same series in another unit has the same anomalies, away from the threshold itself."""
    one, other = Detector(60, SOON), Detector(60, SOON)
    for value in values:
        first, second = one.judge(value), other.judge(value * factor)
        if first and second and abs(first.strength - 1) > 1e-3 and abs(first.expected) > 1e-3:
            assert first.unusual == second.unusual
