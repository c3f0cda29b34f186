"""Times as Kinesis spells them in its sentences."""

from datetime import UTC, datetime


def spelled(moment: float) -> str:
    """Spell epoch seconds as AWS does in an error.

    >>> spelled(1421889722)
    'Thu Jan 22 01:22:02 UTC 2015'
    """
    return datetime.fromtimestamp(moment, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
