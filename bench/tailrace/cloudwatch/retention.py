"""Which lines a log group takes, and how long it keeps them. Pure.

Source: the API reference of PutLogEvents and RejectedLogEventsInfo.
"""

from collections.abc import Sequence

DAY = 86_400_000
"""Milliseconds."""
PAST, FUTURE = 14 * DAY, 2 * 3_600_000


def oldest_kept(now: int, days: int | None) -> int | None:
    """Return the time before which a group keeps nothing, None where it keeps all; in milliseconds."""
    return now - int(days) * DAY if days else None


def rejected(times: Sequence[int], now: int, days: int | None) -> dict[str, int]:
    """Say which of the lines, in order of their times, are not taken; nothing if all are.

    The ends are exclusive.

    >>> rejected([0, 20 * DAY, 30 * DAY, 31 * DAY], 30 * DAY, 3)
    {'tooNewLogEventStartIndex': 3, 'tooOldLogEventEndIndex': 1, 'expiredLogEventEndIndex': 2}
    """
    oldest = oldest_kept(now, days)
    new = [index for index, at in enumerate(times) if at > now + FUTURE]
    ends = {
        "tooOldLogEventEndIndex": sum(at < now - PAST for at in times),
        "expiredLogEventEndIndex": sum(at < oldest for at in times) if oldest is not None else 0,
    }
    begins = {"tooNewLogEventStartIndex": new[0]} if new else {}
    return begins | {name: end for name, end in ends.items() if end}
