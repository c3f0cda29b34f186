"""What a function writes, cut into log events. Pure.

stdout, stderr and the runtime's own log frames share one pipe, so their order is the order of writing. A
frame (the runtime's logging protocol, `awslambdaric.bootstrap.FramedTelemetryLogSink`) is type, length and
time in 4, 4 and 8 bytes, then the message: one event, however many lines. Everything else is text: one event
a line. A frame's first byte (0xA5) begins no character of UTF-8, so text is not taken for a frame.
"""

_MAGIC = b"\xa5\x5a\x00"
_HEADER = 16
LONGEST = 262_144
"""Bytes of the longest log event; what is longer is cut, as on AWS."""


class LogReader:
    """Bytes of the pipe in, whole messages out, each with a newline at its end, as in CloudWatch Logs."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[str]:
        """Take bytes, give the messages that they complete."""
        self._buffer += data
        if _MAGIC not in self._buffer and (end := self._buffer.rfind(b"\n") + 1):
            text = self._buffer[:end].decode("utf-8", "replace")
            del self._buffer[:end]
            return [piece for line in text.split("\n") if line for piece in _pieces(line + "\n")]
        messages = []
        while (message := self._take()) is not None:
            messages += _pieces(message)
        return messages

    def finish(self) -> list[str]:
        """Give what is left when the invocation or the process is over: an unfinished line counts."""
        rest = self._buffer.decode("utf-8", "replace")
        self._buffer.clear()
        return [_ended(line) for line in rest.split("\n") if line]

    def _take(self) -> str | None:
        if self._buffer.startswith(_MAGIC):
            return self._take_frame()
        newline = self._buffer.find(b"\n")
        frame = self._buffer.find(_MAGIC)
        if newline < 0 and frame < 0:
            return self._cut(LONGEST) if len(self._buffer) > LONGEST else None
        end = frame if frame >= 0 and (newline < 0 or frame < newline) else newline + 1
        return self._cut(end)

    def _cut(self, end: int) -> str:
        line = self._buffer[:end].decode("utf-8", "replace")
        del self._buffer[:end]
        return _ended(line) if line.strip("\n") else ""

    def _take_frame(self) -> str | None:
        end = _HEADER + int.from_bytes(self._buffer[4:8], "big")
        if len(self._buffer) < max(end, _HEADER):
            return None
        message = self._buffer[_HEADER:end].decode("utf-8", "replace")
        del self._buffer[:end]
        return _ended(message)


def _pieces(message: str) -> list[str]:
    if len(message) <= LONGEST + 1:
        return [message] if message else []
    return [_ended(message[at : at + LONGEST]) for at in range(0, len(message), LONGEST)]


def _ended(message: str) -> str:
    return message if message.endswith("\n") else message + "\n"
