"""`make bench-install`: what `make up` downloads and puts on the disk, in a fresh clone with empty caches.

Every byte that comes over the wire is counted by a proxy of ours: files, the index's pages, TLS. Nothing of
this machine is used but its Python, its certificates and mirrors, and npm if it has one; no uv. The committed
tree is what is measured.
"""

import hashlib
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import NamedTuple

from bootstrap.environment import size
from tailrace.control import simulator
from tailrace.control.installation import Installation
from tailrace.control.parts import LOCKS
from tailrace.control.processes import free_port

ROOT = Path(__file__).resolve().parents[1]
PURPOSES = {
    ".uv": "uv, where the machine has none: it makes all other environments",
    ".venv": "the commands behind `make`, boto3, the dashboard's pages and charts",
    ".emulator/localstack": "LocalStack with what it imports, and a Java runtime (104 of them)",
    ".emulator/dynamodb-local": "DynamoDB Local, where tables go of which the emulator is not sure",
    ".emulator/dynamodb-cache": "Java's class cache of a first run: it halves each start",
    ".emulator/runtimes/python3.13": "AWS's client for functions, and boto3, which `.venv` has downloaded",
}
KEPT = (
    *("SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"),
    *("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "npm_config_registry"),
)
"""Of the environment: what makes this machine's certificates and mirrors known."""
BEGINS = {"There is no uv here": ".uv", "Installing the project's packages": ".venv"}
"""What is printed as a part is begun that is no part of the emulator's installation."""
CHUNK = 2**16
LONGEST = 900.0  # seconds


class Size(NamedTuple):
    """One part; bytes over the wire, and megabytes on the disk."""

    where: str
    fetched: int
    on_disk: int


@dataclass
class Count:
    """Bytes that came while each part was made."""

    part: str = ".uv"
    fetched: Counter[str] = field(default_factory=Counter)

    def heed(self, line: str) -> None:
        """Note which part a line of progress begins."""
        for words, part in BEGINS.items():
            if words in line:
                self.part = part
        if found := re.match(r"\[\d+/\d+\] Installing (.+?)(: at most .*)?$", line.strip()):
            titles = {one.title: one.where for one in Installation("/nowhere").parts}
            self.part = f".emulator/{titles[found[1]]}"


def measured_with() -> str:
    """Return what tells the locks that are measured from others: the page's figures are of these."""
    locks = (ROOT / "requirements.txt", LOCKS / "localstack.txt", LOCKS / "runtime-python.txt")
    whole = b"\0".join((*(lock.read_bytes() for lock in locks), simulator.SHA512.encode()))
    return hashlib.sha256(whole).hexdigest()[:12]


def measure() -> list[Size]:
    """Clone the project, let `make up` and `make down` run there, and return each part's size.

    Raises CalledProcessError if `make` fails, with what it printed.
    """
    with tempfile.TemporaryDirectory(prefix="tailrace-") as home, counting() as (count, proxy):
        project = Path(home) / "project"
        clone = ["git", "clone", "--quiet", str(ROOT), str(project)]
        subprocess.run(clone, check=True)
        shim = Path(home) / "bin" / "uv"
        shim.parent.mkdir()
        shim.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
        shim.chmod(0o755)
        path = f"{shim.parent}:{sys.base_prefix}/bin:/usr/local/bin:/usr/bin:/bin"
        env = {name: value for name, value in os.environ.items() if name in KEPT}
        env |= {"HOME": home, "PATH": path, "LANG": "C.UTF-8"}
        env |= {"HTTPS_PROXY": proxy, "https_proxy": proxy, "NO_PROXY": "127.0.0.1"}
        env |= {"EMULATOR": "embedded", "EMULATOR_PORT": str(free_port())}
        try:
            run(["make", "up"], project, env, count)
            return [
                Size(where, count.fetched[where], size(project / where))
                for where in PURPOSES
                if (project / where).exists()
            ]
        finally:
            run(["make", "down"], project, env, count)


def run(command: list[str], folder: Path, env: dict[str, str], count: Count) -> None:
    """Run a command, and heed what it prints as it comes."""
    said = []
    with subprocess.Popen(
        command, cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as program:
        assert program.stdout  # noqa: S101  it is a pipe
        for line in program.stdout:
            said.append(line)
            count.heed(line)
    if program.returncode:
        raise subprocess.CalledProcessError(program.returncode, command, "".join(said))


@contextmanager
def counting() -> Iterator[tuple[Count, str]]:
    """Let a proxy run on this machine; give its count and its address."""
    count = Count()

    class Tunnel(StreamRequestHandler):
        def handle(self) -> None:
            asked = re.match(rb"CONNECT ([^ :]+):(\d+) ", self.rfile.readline())
            while self.rfile.readline().strip():
                pass
            if not asked:
                self.wfile.write(b"HTTP/1.1 501 Not Implemented\r\n\r\n")
                return
            with socket.create_connection((asked[1].decode(), int(asked[2])), LONGEST) as far:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                Thread(target=self.send, args=(far,), daemon=True).start()
                while data := far.recv(CHUNK):
                    count.fetched[count.part] += len(data)
                    self.connection.sendall(data)

        def send(self, far: socket.socket) -> None:
            with suppress(OSError):
                while data := self.connection.recv(CHUNK):
                    far.sendall(data)
                far.shutdown(socket.SHUT_WR)

    class Proxy(ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Let a connection that its client cut be."""

    with Proxy(("127.0.0.1", 0), Tunnel) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield count, f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def main() -> int:
    """Print the page's table."""
    out = sys.stdout.write
    try:
        sizes = measure()
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"{error.output}\n`{' '.join(error.cmd)}` ended with {error.returncode}.\n")
        return 1
    out("| MB downloaded | MB on disk | where | what it is for |\n|---|---|---|---|\n")
    for one in sizes:
        out(f"| {one.fetched / 1e6:.0f} | {one.on_disk} | `{one.where}` | {PURPOSES[one.where]} |\n")
    whole = sum(one.fetched for one in sizes) / 1e6
    out(f"\n{whole:.0f} MB downloaded, {sum(one.on_disk for one in sizes)} MB on disk\n")
    out(f"<!-- measured with {measured_with()} -->\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
