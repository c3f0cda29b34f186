"""HTTP/2's frames, as far as goodbyes are to be told from the rest. No I/O."""

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
"""The first bytes of an HTTP/2 connection."""
HEAD = 9
"""Bytes of a frame's head: length (3), type, flags, stream (4)."""
GOAWAY = 7


class Frames:
    r"""Passes bytes on, but for frames that say goodbye.

    >>> frames = Frames()
    >>> ping, goodbye = b"\0\0\2\6\0\0\0\0\0hi", b"\0\0\2\7\0\0\0\0\0by"
    >>> frames.feed(PREFACE + ping + goodbye[:5]), frames.leaving
    (b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x02\x06\x00\x00\x00\x00\x00hi', False)
    >>> frames.feed(goodbye[5:] + ping), frames.leaving
    (b'\x00\x00\x02\x06\x00\x00\x00\x00\x00hi', True)
    """

    def __init__(self) -> None:
        self.leaving = False
        """Whether the client has said goodbye: it asks nothing more."""
        self._left, self._drops = len(PREFACE), False
        self._head = b""

    def feed(self, data: bytes) -> bytes:
        """Take bytes, and return those of no goodbye; a frame's head is held back until it is whole."""
        passed = []
        while data:
            if self._left:
                part, data = data[: self._left], data[self._left :]
                self._left -= len(part)
                if not self._drops:
                    passed.append(part)
                continue
            needed = HEAD - len(self._head)
            self._head, data = self._head + data[:needed], data[needed:]
            if len(self._head) == HEAD:
                self._left = int.from_bytes(self._head[:3])
                self._drops = self._head[3] == GOAWAY
                if self._drops:
                    self.leaving = True
                else:
                    passed.append(self._head)
                self._head = b""
        return b"".join(passed)
