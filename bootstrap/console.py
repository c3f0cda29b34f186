"""What is said to the user: results on standard output, complaints and questions on standard error."""

import os
import shutil
import sys
import textwrap

from bootstrap.commands import addressed

HANGING = 4
"""Spaces that a wrapped line goes on behind its own beginning."""


def shown(text: str, width: int = 0) -> str:
    """Return text of other people's as it can be shown on a terminal, cut to a width.

    >>> shown("page/1", 5)
    'page…'
    """
    safe = text if text.isprintable() else text.encode("unicode_escape").decode()
    return safe if not width or len(safe) <= width else safe[: width - 1] + "…"


def wrapped(text: str, width: int) -> str:
    """Return a line cut at spaces to lines of a width, the later ones indented; no word is cut.

    >>> wrapped("  Put      when, and with which key", 24).splitlines()
    ['  Put      when, and', '      with which key']
    """
    if len(text) <= width or "\n" in text:
        return text
    indent = text[: len(text) - len(text.lstrip())] + " " * HANGING
    lines = textwrap.wrap(
        text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines)


def say(text: str = "", *, whole: bool = False) -> None:
    """Print one line, at once; on a terminal it is wrapped at spaces, unless it is to be copied `whole`."""
    if not whole and sys.stdout.isatty():
        text = wrapped(text, shutil.get_terminal_size().columns)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Print one line where it does not mix with results; each `make …` in it gets the settings given here."""
    sys.stderr.write(addressed(text, os.environ) + "\n")
    sys.stderr.flush()
