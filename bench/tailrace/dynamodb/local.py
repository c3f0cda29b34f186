"""Our DynamoDB Local as the server that LocalStack holds: started when a table moves there, if ever."""

import logging
import os
import sys
import tempfile
import threading
import time
from functools import cache
from pathlib import Path

from localstack import config
from localstack.services.dynamodb.server import DynamodbServer
from localstack.utils.common import TMP_THREADS, ShellCommandThread
from localstack.utils.net import get_free_tcp_port

from tailrace.clock import CLOCK

from .affinity import keep_together
from .connection import Connection, Said
from .copying import LocalError
from .home import Home
from .java import HEAP, HOST, DynamoDBLocal, needed, scratch, switches
from .outside import AllThere
from .rules import PREFIX
from .tables.tables import Tables

LOG = logging.getLogger(__name__)
LAUNCHER = Path(__file__).with_name("launch.py")
LOG_FILE = "dynamodb-local.log"
POLL = 0.01  # seconds between two looks at whether it is up
PATIENCE = 60.0  # seconds until it answers, on a busy machine
LAST_WORDS = 300  # characters of its own log


class DynamoDBServer(DynamodbServer):
    """DynamoDB Local on loopback, bound to LocalStack's life; nothing is downloaded for it."""

    def __init__(self, ours: DynamoDBLocal, port: int) -> None:
        super().__init__(port, host=HOST)
        self._ours = ours
        self._chosen = port
        self._lock = threading.Lock()
        self._kept = threading.local()
        self._runs = False
        self.log = Path(tempfile.gettempdir()) / LOG_FILE

    def start_dynamodb(self) -> bool:
        """Start nothing: LocalStack asks for it as it starts, and after each reset."""
        return False

    def stop_dynamodb(self) -> None:
        """Stop nothing: LocalStack asks for it before a reset, which the home does."""

    def begin(self) -> None:
        """Start it, if it does not run. Raises LocalError."""
        with self._lock:
            if self._runs:
                return
            self._port = self._chosen or get_free_tcp_port()
            self._started.clear()
            self._stopped.clear()
            self.start()
            self._wait()
            self._runs = True

    def end(self) -> None:
        """Stop it, if it runs."""
        with self._lock:
            if self._runs:
                self._runs = False
                self._thread.auto_restart = False
                self.shutdown()
                self.join(PATIENCE)

    def ask(self, operation: str, body: bytes, authorization: str) -> Said:
        """Ask it, over a connection that each thread keeps. Raises OSError."""
        kept: tuple[int, Connection] | None = getattr(self._kept, "connection", None)
        if kept is None or kept[0] != self.port:
            kept = self._kept.connection = self.port, Connection(self.host, self.port)
        headers = {
            "Authorization": authorization,
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": PREFIX + operation,
        }
        return kept[1].ask(headers, body)

    def _create_shell_command(self) -> list[str]:
        flags = (*self._ours.with_cache(), *switches(os.environ), *scratch(tempfile.gettempdir()))
        started = self._ours.command(self.port, *flags, heap=os.environ.get("DYNAMODB_HEAP_SIZE") or HEAP)
        return [sys.executable, "-I", "-S", str(LAUNCHER), *started]

    def do_start_thread(self) -> ShellCommandThread:
        """Start it; it is started again if it ends, but not if it never answered."""
        self.log.unlink(missing_ok=True)
        thread = ShellCommandThread(
            self._create_shell_command(),
            name="dynamodb-local",
            outfile=str(self.log),
            env_vars=self._ours.environment(),
        )
        TMP_THREADS.append(thread)
        thread.start()
        return thread

    def _wait(self) -> None:
        """Wait until it answers. Raises LocalError if it ends, or does not in time."""
        thread = self._thread
        deadline = time.monotonic() + PATIENCE
        while not self.is_up():
            ended = thread.result_future.done()
            if ended or time.monotonic() > deadline:
                self.shutdown()
                said = self.log.read_text("utf-8", "replace").strip() if self.log.exists() else ""
                why = f"It ended at once: {said[-LAST_WORDS:]}" if ended else f"It took over {PATIENCE:g} s."
                raise LocalError(f"DynamoDB Local does not start. {why}")
            time.sleep(POLL)
        thread.auto_restart = True
        keep_together(thread.process.pid)


@cache
def server() -> DynamoDBServer:
    """Return the one DynamoDB Local of this process."""
    ours = DynamoDBLocal(Path(os.environ["TAILRACE_JAVA"]), Path(os.environ["TAILRACE_HOME"]))
    return DynamoDBServer(ours, config.DYNAMODB_LOCAL_PORT)


@cache
def home() -> Home | AllThere:
    """Return what answers for the tables of this process."""
    return AllThere(server()) if needed(os.environ) else Home(Tables(), server(), CLOCK.now)
