"""Services whose things are more than what a store keeps: threads, processes, files, tables elsewhere."""

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.s3.models import s3_stores
from localstack.services.sqs.models import sqs_stores

from tailrace import cloudwatch
from tailrace.functions import logs
from tailrace.functions.service import kill_version
from tailrace.kinesis.engine import ENGINE
from tailrace.mapping.history import HISTORIES
from tailrace.mapping.worker import MappingWorker

LOG = logging.getLogger(__name__)
DRAIN = 0.2
"""Seconds that invocations under way have to end by themselves."""
LOOK = 0.01
AT_A_TIME = 8
"""Tables that are deleted at the same time."""


def provider_of(service: str) -> Any:  # noqa: ANN401  LocalStack's, untyped
    """Return the provider of a service that was loaded; None if nobody used it."""
    if service not in SERVICE_PLUGINS.list_loaded_services():
        return None
    found = SERVICE_PLUGINS.get_service(service)
    return getattr(found, "_provider", None)


def mappings(account: str, region: str) -> None:
    """Stop every mapping; an invocation under way may end, for a moment."""
    provider = provider_of("lambda")
    if provider is None:
        return
    uuids = list(lambda_stores[account][region].event_source_mappings)
    workers = [worker for uuid in uuids if (worker := provider.esm_workers.get(uuid))]
    for worker in workers:
        if isinstance(worker, MappingWorker):
            worker.delete()
        else:
            threading.Thread(target=worker.stop_for_shutdown, daemon=True).start()
    never = threading.Event()
    looks = int(DRAIN / LOOK)
    while looks and any(worker.delivering for worker in workers if isinstance(worker, MappingWorker)):
        never.wait(LOOK)
        looks -= 1
    for worker in workers:
        if isinstance(worker, MappingWorker):
            worker.abandon()
    for uuid in uuids:
        provider.esm_workers.pop(uuid, None)
    HISTORIES.forget(uuids)


def functions(account: str, region: str) -> None:
    """End every process of a function, and forget the versions."""
    provider = provider_of("lambda")
    if provider is None:
        return
    for function in list(lambda_stores[account][region].functions.values()):
        for version in list(function.versions.values()):
            kill_version(version)
            with suppress(ValueError):  # it never ran
                provider.lambda_service.stop_version(version.id.qualified_arn())
    logs.flush()


def streams(account: str, region: str) -> None:
    """Forget the streams, and wake who waits on them."""
    ENGINE.forget(account, region)


def tables(account: str, region: str) -> None:
    """Delete the tables, and with them what LocalStack keeps of their streams."""
    provider = provider_of("dynamodb")
    if provider is None:
        return
    client = connect_to(aws_access_key_id=account, region_name=region).dynamodb
    names = [name for page in client.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    _side_by_side(lambda name: _delete_table(client, name), names)
    provider.home.rest()


def _delete_table(client: Any, name: str) -> None:  # noqa: ANN401  a client
    try:
        client.delete_table(TableName=name)
    except client.exceptions.ResourceNotFoundException:
        return
    except ClientError:  # it is protected from deletion
        client.update_table(TableName=name, DeletionProtectionEnabled=False)
        client.delete_table(TableName=name)


def buckets(account: str, region: str) -> None:
    """Delete the buckets of the region with all that is in them."""
    provider = provider_of("s3")
    if provider is None:
        return
    store = s3_stores[account][region]
    for name, bucket in list(store.buckets.items()):
        if bucket.bucket_region == region:
            store.buckets.pop(name, None)
            store.global_bucket_map.pop(name, None)
            provider._storage_backend.delete_bucket(name)  # noqa: SLF001  as the provider's own deletion does
    provider.on_after_state_reset()


def queues(account: str, region: str) -> None:
    """Wake who waits for messages."""
    if provider_of("sqs") is not None:
        for queue in list(sqs_stores[account][region].queues.values()):
            queue.shutdown()


def rules(account: str, region: str) -> None:
    """Delete rules by EventBridge's API, which stops their schedules."""
    if provider_of("events") is None:
        return
    client = connect_to(aws_access_key_id=account, region_name=region).events
    for bus in client.list_event_buses()["EventBuses"]:
        for rule in client.list_rules(EventBusName=bus["Name"])["Rules"]:
            where = {"EventBusName": bus["Name"], "Rule": rule["Name"]}
            targets = [target["Id"] for target in client.list_targets_by_rule(**where)["Targets"]]
            if targets:
                client.remove_targets(**where, Ids=targets, Force=True)
            client.delete_rule(EventBusName=bus["Name"], Name=rule["Name"], Force=True)
        if bus["Name"] != "default":
            client.delete_event_bus(Name=bus["Name"])


def metrics(account: str, region: str) -> None:
    """Forget the metrics."""
    cloudwatch.flush()
    cloudwatch.STORE.forget((account, region))


IN_ORDER: Iterable[Callable[[str, str], None]] = (
    mappings, functions, rules, streams, tables, buckets, queues, metrics,
)  # fmt: skip
"""First what delivers, then what runs, then what is read and written."""


def _side_by_side(act: Callable[[str], None], names: Iterable[str]) -> None:
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(act, names))
