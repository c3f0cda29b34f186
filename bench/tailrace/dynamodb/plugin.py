"""Makes LocalStack use our DynamoDB Local and Java, and starts them early."""

import os
import threading
from pathlib import Path

from localstack.runtime import hooks


@hooks.on_infra_start()
def use_own_dynamodb_local() -> None:
    """Point LocalStack at our DynamoDB Local, and start it in the background: Java takes its time."""
    from .java import DynamoDBLocal  # noqa: PLC0415  LocalStack loads its plugins while it is only starting
    from .local import replace_theirs  # noqa: PLC0415

    replace_theirs(DynamoDBLocal(Path(os.environ["TAILRACE_JAVA"]), Path(os.environ["TAILRACE_HOME"])))
    threading.Thread(target=_start, name="tailrace-dynamodb", daemon=True).start()


def _start() -> None:
    from localstack.services.dynamodb.server import DynamodbServer  # noqa: PLC0415  slow to import

    server = DynamodbServer.get()
    server.start_dynamodb()
    from . import direct  # noqa: PLC0415  imported while Java starts would hold it up

    direct.install(server)
