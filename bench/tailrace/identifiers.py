"""Identifiers of invocations: random, no secrets.

Of a generator in this process: the system's own is asked by a call for each, at which a thread lets go of
Python's lock, and waits for it among all that are at work.
"""

import random

_RANDOM = random.Random()  # noqa: S311  seeded by the system; no secrets


def hexadecimal(digits: int) -> str:
    """Return so many random hexadecimal digits."""
    return f"{_RANDOM.getrandbits(4 * digits):0{digits}x}"


def request_id() -> str:
    """Return a random UUID (version 4), as Lambda numbers invocations."""
    bits = _RANDOM.getrandbits(122)
    return (
        f"{bits >> 90:08x}-{bits >> 74 & 0xFFFF:04x}-4{bits >> 62 & 0xFFF:03x}"
        f"-{0x8000 | bits >> 48 & 0x3FFF:04x}-{bits & 0xFFFFFFFFFFFF:012x}"
    )
