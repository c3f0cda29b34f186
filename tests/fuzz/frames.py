"""HTTP/2 conversations whose frames are whole, but not as a client means them: its states, not its bytes."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from tailrace.door.frames import HEAD, PREFACE

HEADERS, SETTINGS, GOAWAY, WINDOW_UPDATE, CONTINUATION = 1, 4, 7, 8, 9
MOST = 60_000
"""Bytes of a conversation, which fit between two sockets."""


class Frame(NamedTuple):
    """A frame, as RFC 9113 has it."""

    kind: int
    flags: int
    stream: int
    payload: bytes

    def written(self) -> bytes:
        """Return it as bytes."""
        head = (self.kind & 0xFF, self.flags & 0xFF)
        return len(self.payload).to_bytes(3) + bytes(head) + self.stream.to_bytes(4) + self.payload


HOSTILE = (
    Frame(SETTINGS, 0, 0, b"\0\4\xff\xff\xff\xff"),  # a window that is too large
    Frame(SETTINGS, 0, 0, b"\0\4\0\0\0\0"),  # none
    Frame(SETTINGS, 0, 0, b"\0\5\0\0\0\1"),  # frames that are too small
    Frame(SETTINGS, 0, 0, b"\0\1\0\0\0\0"),  # no table of headers
    Frame(SETTINGS, 1, 0, b"\0\1\0\0\0\0"),  # an answer with a body
    Frame(WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff"),
    Frame(WINDOW_UPDATE, 0, 1, b"\x7f\xff\xff\xff"),
    Frame(WINDOW_UPDATE, 0, 1, b"\0\0\0\0"),
    Frame(3, 0, 1, b"\0\0\0\x08"),  # RST_STREAM
    Frame(3, 0, 0, b"\0\0\0\x08"),
    Frame(2, 0, 1, b"\0\0\0\1\0"),  # PRIORITY over itself
    Frame(5, 4, 1, b"\0\0\0\2"),  # PUSH_PROMISE of a client
    Frame(6, 0, 0, b"12345678"),  # PING
    Frame(6, 0, 0, b"1"),
    Frame(GOAWAY, 0, 0, b"\0" * 8),
    Frame(HEADERS, 5, 1, b"\x82\x84\x86"),  # no authority
    Frame(HEADERS, 5, 2, b"\x82\x84\x86"),  # a server's number
    Frame(HEADERS, 4, 1, b""),  # trailers that end nothing
    Frame(HEADERS, 1, 7, b"\x82"),  # to be continued
    Frame(CONTINUATION, 0, 7, b"\x84"),
    Frame(CONTINUATION, 4, 7, b"\x86"),
    Frame(HEADERS, 5, 9, b"\xff\xff\xff\xff\xff\x0f"),  # an index beyond the table
    Frame(HEADERS, 5, 9, b"\x3f\xe1\xff\xff\xff\x0f"),  # a table that is too large
    Frame(HEADERS, 0x2D, 9, b"\xff\x80\0\0\0\x10\x82\x84\x86"),  # more padding than there is
    Frame(0, 9, 1, b"\x05ab"),
    Frame(0, 1, 99, b"of no request"),
    Frame(0xFA, 0xFF, 1, b"of no known kind"),
)


def split(conversation: bytes) -> Iterator[Frame]:
    """Give the frames of what a client sends."""
    at = len(PREFACE)
    while at < len(conversation):
        length = int.from_bytes(conversation[at : at + 3])
        kind, flags = conversation[at + 3], conversation[at + 4]
        stream = int.from_bytes(conversation[at + 5 : at + HEAD])
        yield Frame(kind, flags, stream, conversation[at + HEAD : at + HEAD + length])
        at += HEAD + length


def reframed(chance: Random, corpus: Sequence[bytes]) -> bytes:
    """Return a conversation with frames left out, repeated, exchanged or changed, and hostile ones in it."""
    frames = list(split(chance.choice(corpus)))
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at = chance.randrange(len(frames) + 1)
        match chance.randrange(7):
            case 0:
                del frames[at : at + 1]
            case 1:
                frames[at:at] = frames[at : at + 1] * chance.choice((1, 2, 100))
            case 2:
                frames[at:] = chance.sample(frames[at:], len(frames) - at)
            case 3:
                frames[at:] = split(chance.choice(corpus))
            case 4 if at < len(frames):
                frames[at] = _changed(chance, frames[at])
            case _:
                frames[at:at] = [chance.choice(HOSTILE)] * chance.choice((1, 1, 1, 200))
    return (PREFACE + b"".join(frame.written() for frame in frames))[:MOST]


def _changed(chance: Random, frame: Frame) -> Frame:
    match chance.randrange(4):
        case 0:
            return frame._replace(kind=chance.randrange(11))
        case 1:
            return frame._replace(flags=frame.flags ^ 1 << chance.randrange(8))
        case 2:
            return frame._replace(stream=chance.choice((0, 1, 2, 3, 5, 2**31 - 1, 2**31 + 1)))
        case _:
            place = chance.randrange(len(frame.payload) + 1)
            return frame._replace(payload=frame.payload[:place] + chance.randbytes(chance.choice((0, 1, 30))))
