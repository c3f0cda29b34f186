"""What values a setting can have: each check returns None, or what is wanted instead.

>>> whole(1, 9)("10")
'expected a whole number from 1 to 9'
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from math import isfinite
from urllib.parse import urlsplit

type Check = Callable[[str], str | None]
LONGEST = 1000
"""Digits of a whole number; Python makes no number of more than 4,300."""


def one_of(*choices: str) -> Check:
    """Return the check for one of a few words."""
    return lambda value: None if value in choices else f"expected one of {', '.join(choices)}"


def whole(low: int, high: int) -> Check:
    """Return the check for a whole number from `low` to `high`."""

    def check(value: str) -> str | None:
        digits = value.isascii() and value.isdecimal() and len(value) <= LONGEST
        fits = digits and low <= int(value) <= high
        return None if fits else f"expected a whole number from {low} to {high}"

    return check


def number(low: float | None, high: float | None) -> Check:
    """Return the check for any number within bounds, where there are some."""
    bounds = f"{f' from {low}' if low is not None else ''}{f' to {high}' if high is not None else ''}"

    def check(value: str) -> str | None:
        try:
            found = float(value)
        except ValueError:
            return f"expected a number{bounds}"
        fits = isfinite(found) and (low is None or found >= low) and (high is None or found <= high)
        return None if fits else f"expected a number{bounds}"

    return check


def matching(pattern: str, wanted: str) -> Check:
    """Return the check for a pattern; `wanted` says it in words."""
    return lambda value: None if re.fullmatch(pattern, value) else wanted


def url(value: str) -> str | None:
    """Want an address."""
    try:
        parts = urlsplit(value)
        fits = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        fits = False
    return None if fits else "expected an address such as http://127.0.0.1:4566"


def moment(value: str) -> str | None:
    """Want a time, which is one in UTC too."""
    try:
        at = datetime.fromisoformat(value)
        (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return "expected a time in ISO 8601, such as 2026-01-01T00:00:00+00:00"
    return None


def zoned(value: str) -> datetime | None:
    """Return the time that a setting names, None if it is empty; without a zone it is UTC."""
    read = datetime.fromisoformat(value) if value else None
    return read.replace(tzinfo=UTC) if read and read.tzinfo is None else read


def switch(value: str) -> str | None:
    """Want yes or no, as 1 or 0."""
    return None if value in {"0", "1"} else "expected 0 or 1"


def anything(_: str) -> None:
    """Want nothing in particular."""
