"""Frames of an event stream (`application/vnd.amazon.eventstream`).

A frame: its length and that of its headers (4 bytes each, big end first), the CRC-32 of these eight bytes,
the headers, the payload, the CRC-32 of all before. A header: length and text of its name, type 7, length
(2 bytes) and text of its value.
"""

from binascii import crc32

TYPE = "application/vnd.amazon.eventstream"
_TEXT = 7
_OVERHEAD = 16  # two lengths and two checksums


def frame(event_type: str, payload: bytes, content_type: str) -> bytes:
    """Write the frame of one event."""
    headers = b"".join(
        _header(name, value)
        for name, value in (
            (":event-type", event_type),
            (":content-type", content_type),
            (":message-type", "event"),
        )
    )
    prelude = (len(headers) + len(payload) + _OVERHEAD).to_bytes(4) + len(headers).to_bytes(4)
    written = prelude + crc32(prelude).to_bytes(4) + headers + payload
    return written + crc32(written).to_bytes(4)


def _header(name: str, value: str) -> bytes:
    return len(name).to_bytes(1) + name.encode() + bytes([_TEXT]) + len(value).to_bytes(2) + value.encode()
