"""A stand-in for AWS: what any SDK sends to amazonaws.com arrives at an emulator.

It is a proxy on loopback. An SDK finds it by HTTPS_PROXY and trusts it by AWS_CA_BUNDLE; it asks for a tunnel
to, say, kinesis.eu-central-1.amazonaws.com. The stand-in ends TLS with a certificate for that name, and hands
the bytes to the emulator, which tells services and regions apart by the signature. Tunnels to any other host
are refused, and noted: nothing leaves the machine.
"""

import asyncio
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import trustme

ACCOUNT = "111122223333"
_CHUNK = 65536
_HOST = re.compile(rb"(\r\nHost: [^\r]+)\.amazonaws\.com\r", re.IGNORECASE)
_BROKEN = (OSError, asyncio.IncompleteReadError, ssl.SSLError)


class StandIn:
    """The proxy. `asked` are the hosts that tunnels were asked for, `refused` those that are not AWS's."""

    def __init__(self, endpoint: str, folder: Path) -> None:
        emulator = urlsplit(endpoint)
        self._emulator = (emulator.hostname or "", emulator.port or 80)
        self._authority = trustme.CA()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._bundle = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self._bundle))
        self.port = 0
        self.asked: list[str] = []
        self.refused: list[str] = []

    @property
    def environ(self) -> Mapping[str, str]:
        """Return the environment in which TARGET=aws comes here; the key's digits choose the account."""
        return {
            "TARGET": "aws",
            "AWS_ACCOUNT_ID": ACCOUNT,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "eu-central-1",
            "AWS_CA_BUNDLE": str(self._bundle),
            "HTTPS_PROXY": f"http://127.0.0.1:{self.port}",
            "NO_PROXY": "127.0.0.1,localhost",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(self._bundle.with_name("no-config")),
            "AWS_SHARED_CREDENTIALS_FILE": str(self._bundle.with_name("no-credentials")),
        }

    async def serve(self, started: threading.Event) -> None:
        """Take tunnels until `stop`."""
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._tunnel, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self._ended.wait()
        server.close()

    def stop(self) -> None:
        """End serving, from another thread."""
        self._loop.call_soon_threadsafe(self._ended.set)

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one CONNECT, and carry what goes through the tunnel."""
        with suppress(*_BROKEN):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, _, rest = head.partition(" ")
            host = rest.partition(" ")[0].rpartition(":")[0]
            self.asked.append(host)
            if method != "CONNECT" or not host.endswith(".amazonaws.com"):
                self.refused.append(host or rest.partition(" ")[0])
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            else:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await writer.drain()
                await writer.start_tls(self._context(host))
                await self._carry(reader, writer)
            await writer.drain()
        writer.close()
        with suppress(*_BROKEN):
            await writer.wait_closed()

    def _context(self, host: str) -> ssl.SSLContext:
        if host not in self._contexts:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._authority.issue_cert(host).configure_cert(context)
            self._contexts[host] = context
        return self._contexts[host]

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry bytes both ways until either side ends."""
        emulator_reader, emulator_writer = await asyncio.open_connection(*self._emulator)
        ways = [
            asyncio.create_task(_copy(reader, emulator_writer, _locally)),
            asyncio.create_task(_copy(emulator_reader, writer)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        emulator_writer.close()
        with suppress(*_BROKEN):
            await emulator_writer.wait_closed()


def _locally(data: bytes) -> bytes:
    """Say the emulator's own name in place of AWS's: it answers to no other."""
    return _HOST.sub(rb"\1.localhost.localstack.cloud\r", data)


async def _copy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, changed: Callable[[bytes], bytes] = bytes
) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(changed(data))
        await writer.drain()


@contextmanager
def standing_in(endpoint: str, folder: Path) -> Iterator[StandIn]:
    """Run a stand-in in front of the emulator, in a thread; `folder` takes its certificate."""
    stand_in, started = StandIn(endpoint, folder), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(stand_in.serve(started)), name="aws-stand-in")
    thread.start()
    if not started.wait(10):
        raise RuntimeError("the stand-in for AWS did not start within 10 s")
    try:
        yield stand_in
    finally:
        stand_in.stop()
        thread.join(10)
