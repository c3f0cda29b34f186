"""The X-Ray daemon that functions find at AWS_XRAY_DAEMON_ADDRESS: it takes their segments, and keeps some.

A datagram is a header of JSON, a newline, and a segment's document. What was kept is to be had from
`/_tailrace/xray/TRACE`, TRACE being the Root of a trace header.
"""

import json
import logging
import socket
import threading
from collections import deque
from typing import Any

LOG = logging.getLogger(__name__)
KEPT = 5_000
"""Segments that are remembered, of all functions."""
_LARGEST = 65_536


def segment(datagram: bytes) -> dict[str, Any] | None:
    r"""Take a datagram apart; None if it is not one of the daemon's protocol.

    >>> segment(b'{"format": "json", "version": 1}\n{"trace_id": "1-5759e988-bd86", "name": "s3"}')
    {'trace_id': '1-5759e988-bd86', 'name': 's3'}
    >>> segment(b"hello")
    """
    header, newline, document = datagram.partition(b"\n")
    try:
        known = json.loads(header).get("format") == "json" if newline else False
        found = json.loads(document) if known else None
    except (ValueError, AttributeError):
        return None
    return found if isinstance(found, dict) else None


class Daemon:
    """One for all functions, on a port of its own on this machine."""

    def __init__(self) -> None:
        self._kept: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        host, port = self._socket.getsockname()
        self.address = f"{host}:{port}"
        threading.Thread(target=self._run, name="xray-daemon", daemon=True).start()

    def of_trace(self, trace: str) -> list[dict[str, Any]]:
        """Return what was kept of a trace, in the order of arrival."""
        return [one for one in list(self._kept) if one.get("trace_id") == trace]

    def _run(self) -> None:
        while True:
            found = segment(self._socket.recv(_LARGEST))
            if found is None:
                LOG.warning("What came to the X-Ray daemon is no segment")
            else:
                self._kept.append(found)
