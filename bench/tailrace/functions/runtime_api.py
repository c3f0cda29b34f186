"""Lambda's Runtime API (HTTP/1.1, version 2018-06-01), without I/O: bytes in, requests out, answers as bytes.

Source: the developer guide's page on the Lambda runtime API. The runtime on the other side is AWS's own
(`awslambdaric`: libcurl for events and answers, `http.client` for init errors).
"""

from typing import NamedTuple

PAYLOAD_LIMIT = 6_291_556
"""Bytes of the largest answer that Lambda takes from a function: 6 MB and 100 bytes."""

ACCEPTED = (
    b'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"status":"OK"}\n'
)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TOO_LARGE = b"HTTP/1.1 413 Request Entity Too Large\r\nContent-Length: 0\r\n\r\n"
UNKNOWN = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
WRONG_ID = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"

_PREFIX = "/2018-06-01/runtime/"


class RuntimeRequest(NamedTuple):
    """One request of the runtime. `size` is the body's real length; a body over the limit is dropped."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    size: int

    @property
    def action(self) -> tuple[str, str]:
        """What it asks for and for which request id: ("next"|"response"|"error"|"init/error"|"", id)."""
        rest = self.path.removeprefix(_PREFIX)
        if rest in ("invocation/next", "init/error"):
            return rest.removeprefix("invocation/"), ""
        parts = rest.split("/")
        if len(parts) == 3 and parts[0] == "invocation" and parts[2] in ("response", "error"):  # noqa: PLR2004  invocation/ID/response
            return parts[2], parts[1]
        return "", ""


class _Head(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]


class RequestReader:
    """Cuts the bytes of one connection into requests, by Content-Length or by chunks."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._head: _Head | None = None
        self._body = bytearray()
        self._size = 0
        self._asking = b""  # how this runtime asks for its next event: in the same words each time
        self._asked: list[RuntimeRequest] = []
        self.wants_continue = False

    def feed(self, data: bytes) -> list[RuntimeRequest]:
        """Take bytes, give the requests that they complete, in order."""
        between = self._head is None and not self._buffer
        if between and data == self._asking:
            return self._asked
        self._buffer += data
        requests = []
        while (request := self._take()) is not None:
            requests.append(request)
        if between and len(requests) == 1 and not self._buffer and requests[0].action[0] == "next":
            self._asking, self._asked = data, requests
        return requests

    def _take(self) -> RuntimeRequest | None:
        if self._head is None and not self._take_head():
            return None
        head = self._head
        if head is None or not self._take_body(head.headers):
            return None
        body, size = bytes(self._body), self._size
        self._head, self._body, self._size, self.wants_continue = None, bytearray(), 0, False
        return RuntimeRequest(head.method, head.path, head.headers, body, size)

    def _take_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        first, _, lines = self._buffer[:end].partition(b"\r\n")
        del self._buffer[: end + 4]
        method, path, _ = first.decode("latin-1").split(" ", 2)
        headers = _fields(lines)
        self.wants_continue = headers.get("expect", "").lower() == "100-continue"
        self._head = _Head(method, path, headers)
        return True

    def _take_body(self, headers: dict[str, str]) -> bool:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._take_chunks()
        length = int(headers.get("content-length", "0"))
        self._keep(length - self._size)
        return self._size >= length

    def _take_chunks(self) -> bool:
        while (end := self._buffer.find(b"\r\n")) >= 0:
            length = int(self._buffer[:end].split(b";")[0], 16)
            if len(self._buffer) < end + 2 + length + 2:
                return False
            if length == 0:
                return self._take_trailers(end + 2)
            del self._buffer[: end + 2]
            self._keep(length)
            del self._buffer[:2]
        return False

    def _take_trailers(self, begin: int) -> bool:
        """Take what stands after the last chunk: an empty line, or headers that were not known before."""
        end = begin if self._buffer.startswith(b"\r\n", begin) else self._buffer.find(b"\r\n\r\n", begin) + 2
        if self._head is None or end < begin:
            return False
        self._head.headers.update(_fields(self._buffer[begin:end]))
        del self._buffer[: end + 2]
        return True

    def _keep(self, at_most: int) -> None:
        piece = self._buffer[:at_most]
        del self._buffer[:at_most]
        self._size += len(piece)
        if self._size <= PAYLOAD_LIMIT:
            self._body += piece
        else:
            self._body.clear()


def _fields(lines: bytearray) -> dict[str, str]:
    fields = {}
    for line in lines.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        fields[name.lower()] = value.strip()
    return fields


class InvocationEvent(NamedTuple):
    """One invocation, as the function gets it. `payload` is JSON in UTF-8."""

    payload: bytes
    request_id: str
    invoked_arn: str
    trace_id: str
    client_context: str | None = None


def next_event(event: InvocationEvent, deadline: float) -> bytes:
    """Word the answer to `invocation/next`; `deadline` in epoch seconds."""
    context = f"Lambda-Runtime-Client-Context: {event.client_context}\r\n" if event.client_context else ""
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        f"Lambda-Runtime-Aws-Request-Id: {event.request_id}\r\n"
        f"Lambda-Runtime-Deadline-Ms: {int(deadline * 1000)}\r\n"
        f"Lambda-Runtime-Invoked-Function-Arn: {event.invoked_arn}\r\n"
        f"Lambda-Runtime-Trace-Id: {event.trace_id}\r\n"
        f"{context}Content-Length: {len(event.payload)}\r\n\r\n"
    )
    return head.encode() + event.payload
