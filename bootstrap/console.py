"""What is said to the user: results on standard output, complaints and questions on standard error."""

import sys


def shown(text: str, width: int = 0) -> str:
    """Return text of other people's as it can be shown on a terminal, cut to a width.

    >>> shown("page/1", 5)
    'page…'
    """
    safe = text if text.isprintable() else text.encode("unicode_escape").decode()
    return safe if not width or len(safe) <= width else safe[: width - 1] + "…"


def say(text: str = "") -> None:
    """Print one line, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Print one line where it does not mix with results."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
