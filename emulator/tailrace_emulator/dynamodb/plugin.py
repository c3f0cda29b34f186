"""Makes LocalStack use our DynamoDB Local and Java, and loads early what the pipeline needs."""

import logging
import os
import threading
from pathlib import Path

from localstack.runtime import hooks

LOG = logging.getLogger(__name__)
PRELOADED = (
    "dynamodb", "cloudformation", "sts", "s3", "iam", "lambda",
    "logs", "cloudwatch", "sqs", "kinesis", "sns", "events",
)  # fmt: skip


@hooks.on_infra_start()
def use_own_dynamodb_local() -> None:
    """Point LocalStack at our DynamoDB Local, and load what the pipeline needs in the background."""
    from .local import OwnDynamoDBLocal  # noqa: PLC0415  LocalStack loads its plugins while it is only starting

    OwnDynamoDBLocal(Path(os.environ["TAILRACE_HOME"]), Path(os.environ["TAILRACE_JAVA"])).replace_theirs()
    threading.Thread(target=_start_dynamodb, name="tailrace-dynamodb", daemon=True).start()
    threading.Thread(target=_preload, name="tailrace-preload", daemon=True).start()


def _start_dynamodb() -> None:
    from localstack.services.dynamodb.server import DynamodbServer  # noqa: PLC0415  slow to import

    DynamodbServer.get().start_dynamodb()


def _preload() -> None:
    from localstack.services.plugins import SERVICE_PLUGINS  # noqa: PLC0415  slow to import

    for name in PRELOADED:
        try:
            SERVICE_PLUGINS.require(name)
        except Exception:
            LOG.exception(
                "Service %s could not be loaded ahead; it is tried again when it is asked for", name
            )
