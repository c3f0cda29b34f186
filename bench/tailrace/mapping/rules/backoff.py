"""How long a batch rests before it is tried again.

AWS says only that the delay grows exponentially. Two recordings bound the constants (waits doubled):

* always failing, `MaximumRecordAgeInSeconds` 60, batches of one: 8 invocations before the record is dropped.
  The 8th falls at 127 first delays, the 9th would fall at 255: the first delay lies between 0.24 and 0.47 s.
* `MaximumRetryAttempts` 2: arrival to message 1.45 s with 3 tries, so 3 first delays took at most that.

Where AWS caps the delay was never recorded. The same 8 invocations ask for a cap above 16 s. There is no
jitter here: the same history gives the same times.
"""

FIRST = 0.35
"""Seconds before the first retry."""

FACTOR = 2.0
"""Each further delay is this many times longer."""

CAP = 30.0
"""Seconds; no delay is longer."""


def delay(failures: int) -> float:
    """Seconds to rest after so many failures in a row (1 or more)."""
    doublings = min(failures - 1, 30)
    return min(FIRST * FACTOR**doublings, CAP)
