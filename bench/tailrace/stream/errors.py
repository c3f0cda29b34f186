"""What can go wrong with a stream. Each message says what happened and how to fix it.

StreamError                  it was tried and failed: exit code 1
    NoSuchStreamError        there is no stream of that name: exit code 2
"""


class StreamError(Exception):
    """A stream cannot be read or written."""

    exit_code = 1


class NoSuchStreamError(StreamError):
    """There is no stream of that name."""

    exit_code = 2
