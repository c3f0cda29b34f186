"""What a verb prints: answers on standard output, progress and errors on standard error."""

import sys


def say(text: str) -> None:
    """Print one line of progress at once, apart from what a verb answers."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def answer(text: str) -> None:
    """Print one line of what a verb answers."""
    sys.stdout.write(f"{text}\n")


def started(endpoint: str, healthy_after: float | None) -> str:
    """Say where an emulator runs; `healthy_after` is in seconds, None if it ran already.

    >>> started("http://127.0.0.1:4566", 1.84)
    'The emulator runs at http://127.0.0.1:4566 (healthy after 1.8 s)'
    """
    how = "ran already" if healthy_after is None else f"healthy after {healthy_after:.1f} s"
    return f"The emulator runs at {endpoint} ({how})"
