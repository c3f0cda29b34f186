"""Where LocalStack lets our DynamoDB Local in."""

import os
import sys
import tempfile
import time
from pathlib import Path

from localstack import config
from localstack.services.dynamodb.packages import DynamoDBLocalPackageInstaller
from localstack.services.dynamodb.server import DynamodbServer
from localstack.utils.objects import singleton_factory

from .java import HEAP, HOST, DynamoDBLocal, scratch, switches

LAUNCHER = Path(__file__).with_name("launch.py")
POLL = 0.01  # seconds between two looks at whether it is up; LocalStack's half second is too long
FOREVER = 120.0  # seconds, where LocalStack would wait without end


def replace_theirs(ours: DynamoDBLocal) -> None:
    """Make LocalStack start ours: on loopback, bound to LocalStack's life, without downloading anything."""

    def command(server: DynamodbServer) -> list[str]:
        flags = (*ours.with_cache(), *switches(os.environ), *scratch(tempfile.gettempdir()))
        started = ours.command(server.port, *flags, heap=os.environ.get("DYNAMODB_HEAP_SIZE") or HEAP)
        return [sys.executable, "-I", "-S", str(LAUNCHER), *started]

    @singleton_factory
    def the_server() -> DynamodbServer:
        return DynamodbServer(config.DYNAMODB_LOCAL_PORT, host=HOST)

    def wait_is_up(server: DynamodbServer, timeout: float | None = None) -> bool:
        deadline = time.monotonic() + (FOREVER if timeout is None else timeout)
        while not server.is_up():
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL)
        return True

    DynamodbServer._create_shell_command = command  # noqa: SLF001  the seam; there is no setting for it
    DynamodbServer.get = staticmethod(the_server)
    DynamodbServer.wait_is_up = wait_is_up
    DynamoDBLocalPackageInstaller.install = lambda *_, **__: None
    DynamoDBLocalPackageInstaller.get_java_env_vars = lambda _: ours.environment()
