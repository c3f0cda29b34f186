"""The X-Ray daemon that functions find at AWS_XRAY_DAEMON_ADDRESS: it takes their segments, and keeps some.

Of a function with active tracing there is Lambda's own segment of each sampled invocation too.

A datagram is a header of JSON, a newline, and a segment's document. What was kept is to be had from
`/_tailrace/xray/TRACE`, TRACE being the Root of a trace header.
"""

import json
import logging
import socket
import threading
from collections import deque
from typing import Any, NamedTuple

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


class Ran(NamedTuple):
    """An invocation that is over; times in epoch seconds."""

    function: str
    arn: str
    request_id: str
    began: float
    ended: float
    failed: bool


def of_invocation(header: str, ran: Ran) -> dict[str, Any] | None:
    """Give Lambda's own segment of an invocation, under which the function's are; None if it is not sampled.

    >>> ran = Ran("f", "arn:f", "r-1", 10.0, 10.5, False)
    >>> of_invocation("Root=1-5759e988-bd86;Parent=53995c3f42cd8ad8;Sampled=0", ran)
    >>> found = of_invocation("Root=1-5759e988-bd86;Parent=53995c3f42cd8ad8;Sampled=1", ran)
    >>> found["trace_id"], found["id"], found["origin"]
    ('1-5759e988-bd86', '53995c3f42cd8ad8', 'AWS::Lambda::Function')
    """
    known = dict(part.split("=", 1) for part in header.split(";") if "=" in part)
    if known.get("Sampled") != "1":
        return None
    return {
        "trace_id": known["Root"],
        "id": known["Parent"],
        "name": ran.function,
        "origin": "AWS::Lambda::Function",
        "start_time": ran.began,
        "end_time": ran.ended,
        "aws": {"function_arn": ran.arn, "request_id": ran.request_id},
        **({"fault": True} if ran.failed else {}),
    }


class Daemon:
    """One for all functions, on a port of its own on this machine."""

    def __init__(self) -> None:
        self._kept: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        host, port = self._socket.getsockname()
        self.address = f"{host}:{port}"
        threading.Thread(target=self._run, name="xray-daemon", daemon=True).start()

    def keep(self, segment: dict[str, Any]) -> None:
        """Keep a segment that no datagram has brought."""
        self._kept.append(segment)

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
