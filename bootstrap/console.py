"""What is said to the user: results on standard output, complaints and questions on standard error."""

import sys


def say(text: str = "") -> None:
    """Print one line, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Print one line where it does not mix with results."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
