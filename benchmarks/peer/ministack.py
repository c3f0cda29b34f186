"""MiniStack, the emulator we measure ours beside, from an environment of its own."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.bed import target_at
from bootstrap.target import Target
from tailrace.control import processes

PYTHON = Path(".build/ministack/bin/python")
VERSION = "1.5.33"
PATIENCE = 60.0  # seconds until it answers
HOST = "127.0.0.1"


class PeerError(Exception):
    """The other emulator does not run; the message says why."""


@contextmanager
def ministack() -> Iterator[Target]:
    """Start it on a free port with its defaults, and end it afterwards; functions run in its processes."""
    port = processes.free_port()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        environ = {
            "PATH": f"{PYTHON.parent.absolute()}:{os.defpath}",
            "HOME": folder,
            "TMPDIR": folder,
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(port),
        }
        with log.open("wb") as said:
            running = subprocess.Popen(
                [PYTHON.absolute(), "-m", "ministack"], env=environ, cwd=folder, stdout=said, stderr=said
            )
        try:
            _wait(running, port, log)
            yield target_at(f"http://{HOST}:{port}")
        finally:
            running.terminate()
            running.wait(PATIENCE)


def _wait(running: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Wait until it answers."""
    until = time.monotonic() + PATIENCE
    while running.poll() is None and time.monotonic() < until:
        connection = HTTPConnection(HOST, port, timeout=PATIENCE)
        try:
            connection.request("GET", "/_ministack/health")
            if connection.getresponse().status == 200:  # noqa: PLR2004  OK
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise PeerError(f"MiniStack does not answer on port {port}: {log.read_text(errors='replace')[-2000:]}")
