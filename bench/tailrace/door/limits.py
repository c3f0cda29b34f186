"""How much and how long the door bears with a client."""

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes, seconds and counts. What goes beyond is answered with an error, or closed.

    Times are looked at whenever bytes come, and at least every `tick` seconds.
    """

    head: int = 64 * 1024
    """Bytes of a request that are no body: its line, its headers, its trailers."""
    body: int = 5 * 1024 * MIB
    """Bytes of a body: the largest that AWS takes in one request, for S3."""
    kept: int = 4 * MIB
    """Bytes of a body that are kept in memory; a larger one is written to a file that is gone with it."""
    connections: int = 1_000
    streams: int = 128
    """Requests at once on one HTTP/2 connection."""
    idle: float = 120.0
    """Of a connection on which nothing is asked."""
    patience: float = 20.0
    """From a request's first byte to the end of its head, and of a TLS handshake."""
    stall: float = 60.0
    """In which a client neither sends what it has begun nor takes what it asked for."""
    pace: int = 1024
    """Bytes a second that a body has to come with on the whole, once it has taken longer than `stall`."""
    grace: float = 2.0
    """For requests under way when the emulator stops."""
    tick: float = 10.0
