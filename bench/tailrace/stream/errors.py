"""What can go wrong with a stream or a source. Each message says what happened and how to fix it.

StreamError                  it was tried and failed: exit code 1
    NoSuchStreamError        there is no stream of that name: exit code 2
    SourceError              the source is nothing that can be sent: exit code 2
        UnknownFormatError   its lines are of no format that is read here
        ForeignFormatError   it is of a format that another program converts
"""


class StreamError(Exception):
    """A stream or a source cannot be read or written."""

    exit_code = 1


class NoSuchStreamError(StreamError):
    """There is no stream of that name."""

    exit_code = 2


class SourceError(StreamError):
    """The source is nothing that can be sent."""

    exit_code = 2


class UnknownFormatError(SourceError):
    """The lines of the source are of no format that is read here."""


class ForeignFormatError(SourceError):
    """The source is of a known format that is not read here; `converter` is a command that makes it one.

    The command reads the source and writes to standard output.
    """

    def __init__(self, message: str, converter: str) -> None:
        super().__init__(message)
        self.converter = converter
