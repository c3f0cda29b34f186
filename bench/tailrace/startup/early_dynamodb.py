"""Starts our DynamoDB Local early: Java takes its time."""

import threading

from localstack.runtime import hooks


@hooks.on_infra_start()
def start_dynamodb_local() -> None:
    """Start it in the background."""
    threading.Thread(target=_start, name="tailrace-dynamodb", daemon=True).start()


def _start() -> None:
    from tailrace.dynamodb.local import server  # noqa: PLC0415  slow to import

    server().begin()
