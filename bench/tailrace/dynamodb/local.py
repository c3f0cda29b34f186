"""Our DynamoDB Local as the server that LocalStack starts and forwards to."""

import os
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

from localstack import config
from localstack.services.dynamodb.server import DynamodbServer
from localstack.utils.common import TMP_THREADS, ShellCommandThread

from .affinity import keep_together
from .java import HEAP, HOST, DynamoDBLocal, scratch, switches

LAUNCHER = Path(__file__).with_name("launch.py")
POLL = 0.01  # seconds between two looks at whether it is up; LocalStack's half second is too long
FOREVER = 120.0  # seconds, where LocalStack would wait without end


class DynamoDBServer(DynamodbServer):
    """DynamoDB Local on loopback, bound to LocalStack's life; nothing is downloaded for it."""

    def __init__(self, ours: DynamoDBLocal, port: int) -> None:
        super().__init__(port, host=HOST)
        self._ours = ours

    def _create_shell_command(self) -> list[str]:
        flags = (*self._ours.with_cache(), *switches(os.environ), *scratch(tempfile.gettempdir()))
        started = self._ours.command(self.port, *flags, heap=os.environ.get("DYNAMODB_HEAP_SIZE") or HEAP)
        return [sys.executable, "-I", "-S", str(LAUNCHER), *started]

    def do_start_thread(self) -> ShellCommandThread:
        """Start it, and start it again if it ends."""
        thread = ShellCommandThread(
            self._create_shell_command(),
            auto_restart=True,
            name="dynamodb-local",
            env_vars=self._ours.environment(),
        )
        TMP_THREADS.append(thread)
        thread.start()
        return thread

    def wait_is_up(self, timeout: float | None = None) -> bool:
        """Wait until it answers; False if it did not in time (seconds)."""
        deadline = time.monotonic() + (FOREVER if timeout is None else timeout)
        while not self.is_up():
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL)
        if self._thread is not None and self._thread.process is not None:
            keep_together(self._thread.process.pid)
        return True


@cache
def server() -> DynamoDBServer:
    """Return the one DynamoDB Local of this process."""
    ours = DynamoDBLocal(Path(os.environ["TAILRACE_JAVA"]), Path(os.environ["TAILRACE_HOME"]))
    return DynamoDBServer(ours, config.DYNAMODB_LOCAL_PORT)
