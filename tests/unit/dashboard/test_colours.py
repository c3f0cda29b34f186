"""Colours of values: one each, for as long as a dashboard runs; told apart by everybody."""

import math
import re
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest

from dashboard.colours import COLOURS, REST, Palette

pytestmark = pytest.mark.unit

STYLE = (Path(__file__).parents[3] / "dashboard" / "page.css").read_text(encoding="utf-8")
LIGHT, DARK = 0, 1
LEAST_DISTANCE = 0.1
"""Distance in Oklab (https://bottosson.github.io/posts/oklab/); about five times what is just noticed."""
ONE_STEP = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
SEEN = {
    "by most": ONE_STEP,
    # Machado, Oliveira, Fernandes: A Physiologically-based Model for Simulation of Color Vision Deficiency
    # (2009), severity 1.0, on linear RGB.
    "by protanopes": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "by deuteranopes": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "by tritanopes": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}

type Rgb = Sequence[float]


def declared(name: str, scheme: int) -> Rgb:
    """Return a colour of the style sheet as linear RGB."""
    found = re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\);", STYLE)
    assert found, name
    text = found.group(scheme + 1)
    parts = [int(text[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def product(rows: Sequence[Rgb], colour: Rgb) -> Rgb:
    """Return a colour seen through a matrix."""
    return [sum(a * b for a, b in zip(row, colour, strict=True)) for row in rows]


def oklab(linear: Rgb) -> Rgb:
    """Return a colour's place in Oklab."""
    cones = product(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ],
        [min(1.0, max(0.0, part)) for part in linear],
    )
    return product(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ],
        [part ** (1 / 3) for part in cones],
    )


def luminance(linear: Rgb) -> float:
    """Return a colour's luminance, as WCAG defines it."""
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


NAMES = [*(f"value-{number}" for number in range(COLOURS)), "other"]


@pytest.mark.parametrize("who", list(SEEN))
@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_colours_are_told_apart(scheme: int, who: str) -> None:
    """Any two colours of values differ to everybody, on light and on dark."""
    seen = {name: oklab(product(SEEN[who], declared(name, scheme))) for name in NAMES}
    near = {
        (one, other): round(math.dist(seen[one], seen[other]), 3)
        for one, other in combinations(NAMES, 2)
        if math.dist(seen[one], seen[other]) < LEAST_DISTANCE
    }
    assert near == {}


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_colours_stand_out_from_the_panel(scheme: int) -> None:
    """Each colour of a value has a contrast of 3 to the panel behind it: WCAG 2.2, 1.4.11."""
    panel = luminance(declared("panel", scheme))
    ratios = {}
    for name in NAMES:
        low, high = sorted((panel, luminance(declared(name, scheme))))
        ratios[name] = (high + 0.05) / (low + 0.05)
    assert {name: ratio for name, ratio in ratios.items() if ratio < 3} == {}


def test_a_value_keeps_its_colour() -> None:
    """Whatever comes, goes or grows beside it, a value has the colour that it had at first."""
    palette = Palette()
    first = dict(palette.of(["purchase", "click", "other"]))
    for shown in (["click"], ["a", "b", "click", "purchase", "z"], ["purchase"], ["z", "purchase", "other"]):
        colours = palette.of(shown)
        assert {name: colours[name] for name in shown if name in first} == {
            name: first[name] for name in shown if name in first
        }


def test_values_shown_together_differ() -> None:
    """Seven values have seven colours, and `other` has one of its own."""
    colours = Palette().of([*(f"value {number}" for number in range(COLOURS)), "other"])
    assert len(set(colours.values())) == COLOURS + 1
    assert colours["other"] == REST


def test_colours_follow_from_names() -> None:
    """Another dashboard gives a value the same colour, where no two want the same."""
    assert Palette().of(["click"]) == Palette().of(["click"])
    assert Palette().of(["click"])["click"] == "var(--value-2)"
