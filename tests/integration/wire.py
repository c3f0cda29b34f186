"""Kinesis' wire as no SDK of Python shows it: bytes of our own, CBOR, and an event stream as it comes."""

import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.eventstream import EventStreamBuffer
from botocore.parsers import EventStreamCBORParser, EventStreamJSONParser

from bootstrap.target import Target

JSON = "application/x-amz-json-1.1"
CBOR = "application/x-amz-cbor-1.1"
SIGNED = "AWS4-HMAC-SHA256 Credential={}/20261124/{}/kinesis/aws4_request, SignedHeaders=host, Signature=0"
PATIENCE = 60
"""Seconds."""


def post(
    target: Target, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Post bytes to the emulator; give the status, the headers and the bytes that come back."""
    parts = urlsplit(target.endpoint or "")
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def call(
    target: Target, operation: str, body: bytes, kind: str = JSON, account: str = "test"
) -> tuple[int, str, bytes]:
    """Send an operation as bytes of our own; give the status, the type and the bytes that come back."""
    status, headers, answer = post(target, "/", body, signed(target, operation, kind, account))
    return status, headers.get("Content-Type", ""), answer


def signed(target: Target, operation: str, kind: str, account: str = "test") -> dict[str, str]:
    """Give the headers of an operation's request."""
    return {
        "X-Amz-Target": f"Kinesis_20131202.{operation}",
        "Content-Type": kind,
        "Authorization": SIGNED.format(account, target.region),
    }


def _of_milliseconds(moment: Any) -> datetime:  # noqa: ANN401  botocore's annotation is wrong
    """Read a timestamp of Kinesis' CBOR; the protocol that botocore knows has seconds."""
    return datetime.fromtimestamp(moment / 1000, UTC)


class Events:
    """A subscription to a shard: its events one by one, as botocore's own parsers read them."""

    def __init__(self, target: Target, kind: str, **request: Any) -> None:  # noqa: ANN401  as the API has it
        body = cbor(request) if kind == CBOR else json.dumps(request).encode()
        parts = urlsplit(target.endpoint or "")
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        self._connection.request("POST", "/", body, signed(target, "SubscribeToShard", kind))
        self._answer = self._connection.getresponse()
        self.status = self._answer.status
        self.kind = self._answer.headers["Content-Type"]
        parser = EventStreamCBORParser(timestamp_parser=_of_milliseconds) if kind == CBOR else None
        self._parser: Any = parser or EventStreamJSONParser()
        model = botocore.session.get_session().get_service_model("kinesis")
        self._shape = model.operation_model("SubscribeToShard").get_event_stream_output()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Give each event, the initial response first, until the stream ends."""
        buffer = EventStreamBuffer()
        while content := self._answer.read1():
            buffer.add_data(content)
            for message in buffer:
                yield self._parser.parse(message.to_response_dict(), self._shape)

    def body(self) -> bytes:
        """Give what is left of the answer, as bytes: a refusal."""
        return self._answer.read()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def cbor(value: object) -> bytes:
    """Encode texts, bytes, times, true and maps of them, up to 64 KiB long."""
    match value:
        case True:
            return b"\xf5"
        case datetime():
            return b"\xc1\x1b" + round(value.timestamp() * 1000).to_bytes(8)  # as AWS's SDK for Java does
        case str():
            return head(3, len(value.encode())) + value.encode()
        case bytes():
            return head(2, len(value)) + value
        case dict():
            return head(5, len(value)) + b"".join(cbor(part) for pair in value.items() for part in pair)
    raise TypeError(f"no CBOR for {value!r}")


def head(major: int, length: int) -> bytes:
    """Encode the head of an item."""
    return bytes([major << 5 | 25]) + length.to_bytes(2)
