"""What values the producer's settings can have: each check returns None, or what is wanted instead."""

import math
import re
from pathlib import Path

from bootstrap.checks import moment, zoned
from producer.anomaly import KINDS

MOST_WORKERS = 64
FASTEST = 1_000_000
"""Events per second; far above what can be sent."""
LAST_YEAR = 9000
"""Generated events begin before it: as many as can be are then within what a time can be."""
LONGEST_FIELD = 256
"""Characters of a field's name."""


def count(value: str) -> str | None:
    """Want a number of events."""
    fits = re.fullmatch(r"[0-9]{1,12}", value) and int(value) > 0
    return None if fits else "expected a whole number from 1"


def workers(value: str) -> str | None:
    """Want a number of processes."""
    fits = re.fullmatch(r"[0-9]{1,2}", value) and 1 <= int(value) <= MOST_WORKERS
    return None if fits else f"expected a whole number from 1 to {MOST_WORKERS}"


def seed(value: str) -> str | None:
    """Want a seed."""
    return None if re.fullmatch(r"[0-9]{1,18}", value) else "expected a whole number of at most 18 digits"


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        return -1
    return number if math.isfinite(number) else -1


def rate(value: str) -> str | None:
    """Want a rate."""
    fits = 0 <= _number(value) <= FASTEST
    return None if fits else "expected events per second, or 0 for as fast as possible"


def above_zero(value: str) -> str | None:
    """Want a number above 0."""
    return None if _number(value) > 0 else "expected a number above 0"


def start(value: str) -> str | None:
    """Want a time that generated events can begin at."""
    wrong = moment(value)
    begin = None if wrong else zoned(value)
    return f"expected a time before the year {LAST_YEAR}" if begin and begin.year >= LAST_YEAR else wrong


def stream(value: str) -> str | None:
    """Want a stream's name."""
    fits = re.fullmatch(r"[a-zA-Z0-9_.-]{1,128}", value)
    return None if fits else "a stream's name is 1 to 128 letters, digits, and any of _.-"


def source(value: str) -> str | None:
    """Want a file that is there, or standard input."""
    if value != "-" and Path(value).is_dir():
        return "it is a folder, name a file"
    return None if value == "-" or Path(value).exists() else "there is no such file"


def output(value: str) -> str | None:
    """Want a file whose folder is there."""
    if Path(value).is_dir():
        return "it is a folder, name a file"
    return None if Path(value).absolute().parent.is_dir() else "its folder does not exist, make it first"


def fresh(value: str) -> str | None:
    """Want a file that holds nothing yet."""
    path = Path(value)
    if path.is_file() and path.stat().st_size:
        return "it exists already: send it first (SOURCE=), or name another file"
    return output(value)


def anomaly(value: str) -> str | None:
    """Want a kind of anomaly."""
    return None if value in KINDS else f"expected one of {', '.join(KINDS)}"


def field(value: str) -> str | None:
    """Want a field's name."""
    return None if value.isprintable() and len(value) <= LONGEST_FIELD else "expected the name of a field"


def user_key(value: str) -> str | None:
    """Want a secret."""
    fits = re.fullmatch(r"[!-~]{16,64}", value)
    return None if fits else "expected 16 to 64 letters, digits and signs without spaces"
