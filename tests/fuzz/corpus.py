"""What is mutated: conversations as clients hold them, by HTTP/1.1, HTTP/2 and TLS; and how."""

import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from random import Random

import h2.config
import h2.connection
import h2.settings

TARGETED = (
    b"POST / HTTP/1.1\r\nHost: localhost:4566\r\nX-Amz-Target: Kinesis_20131202.PutRecord\r\n"
    b"Content-Type: application/x-amz-json-1.1\r\nContent-Length: 2\r\n\r\n{}"
)
CHUNKED = (
    b"PUT /bucket/key%20x?a=b HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX-Trailer: y\r\n\r\n"
)
SOCKET = (
    b"GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x81\x82abcdhi"
)
HTTP1 = (
    TARGETED,
    b"GET /_localstack/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 3,
    CHUNKED,
    b"PUT / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
    b"HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /stream HTTP/1.0\r\n\r\n",
    SOCKET,
    b"POST / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nhi",
    b"GET http://localhost/stream HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n",
)
WORDS = (
    b"\r\n", b"\n", b"\r", b"\0", b" ", b":", b"\xff", b"-1", b"99999999999999999999", b"0", b"%00", b"%",
    b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n",
    b"Expect: 100-continue\r\n", b"Connection: close\r\n", b"Connection: Upgrade\r\n",
    b"Upgrade: websocket\r\n",
    b"Host: evil.example\r\n", b"HTTP/1.0", b"HTTP/2.0", b"HEAD ", b"CONNECT ", b"A" * 300, b"x: y\r\n" * 40,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\0\0\4\x08\0\0\0\0\0\xff\xff\xff\xff", b"\0\0\0\4\1\0\0\0\0",
    b"\0\0\x08\7\0\0\0\0\0\0\0\0\0\0\0\0\0", b"\0\0\4\3\0\0\0\0\1\0\0\0\x08", b"\x16\x03\x01",
)  # fmt: skip


def http2() -> tuple[bytes, ...]:
    """Return what clients of HTTP/2 send: one request, many at once, a body, a goodbye, a reset."""
    return tuple(_spoken(client) for client in (_single, _many, _body, _leaving, _resetting))


def greeting() -> bytes:
    """Return the first bytes of TLS."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    with suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing).do_handshake()
    return outgoing.read()


def mutated(chance: Random, corpus: Iterable[bytes]) -> bytes:
    """Return a conversation with some mistakes in it."""
    seeds = tuple(corpus)
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(8):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1 if at < len(data):
                data[at] = chance.randrange(256)
            case 2:
                del data[at : at + chance.choice((1, 2, 9, 40))]
            case 3:
                data[at:at] = chance.choice(WORDS)
            case 4:
                data[at:at] = data[at : at + chance.choice((4, 9, 30, 200))]
            case 5:
                del data[at:]
            case 6:
                other = chance.choice(seeds)
                data[at:] = other[chance.randrange(len(other) + 1) :]
            case 7:
                data[at:at] = chance.randbytes(chance.choice((1, 3, 20)))
    return bytes(data[:60_000])


def _spoken(client: Callable[[h2.connection.H2Connection], None]) -> bytes:
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    connection.initiate_connection()
    client(connection)
    return connection.data_to_send()


def _headers(method: str = "GET", path: str = "/") -> list[tuple[str, str]]:
    return [(":method", method), (":scheme", "http"), (":authority", "localhost:4566"), (":path", path)]


def _single(connection: h2.connection.H2Connection) -> None:
    connection.send_headers(1, _headers(), end_stream=True)


def _many(connection: h2.connection.H2Connection) -> None:
    for number in range(1, 21, 2):
        connection.send_headers(number, _headers(path="/stream"), end_stream=True)
    connection.ping(b"12345678")


def _body(connection: h2.connection.H2Connection) -> None:
    connection.send_headers(1, [*_headers("POST"), ("x-amz-target", "Kinesis_20131202.PutRecord")])
    connection.send_data(1, b"{" + b" " * 5000)
    connection.send_data(1, b"}", end_stream=True)
    connection.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 10})


def _leaving(connection: h2.connection.H2Connection) -> None:
    connection.send_headers(1, _headers(path="/stream"), end_stream=True)
    connection.increment_flow_control_window(100_000)
    connection.close_connection()


def _resetting(connection: h2.connection.H2Connection) -> None:
    for number in (1, 3, 5):
        connection.send_headers(number, _headers("POST"), end_stream=False)
        connection.reset_stream(number)
