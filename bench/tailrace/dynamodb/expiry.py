"""Deletes items whose time to live is over, as DynamoDB itself: the streams say so of each.

AWS deletes within a few days; here an hour after, at most, or at once by `DELETE /_aws/dynamodb/expired`. An
item that expired more than five years ago stays, as on AWS.
"""

import logging
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.dynamodb.models import dynamodb_stores
from localstack.utils.aws import arns

from tailrace.clock import CLOCK, Clock

LOG = logging.getLogger(__name__)
EVERY = 3600.0
"""Seconds between two looks."""
OLDEST = 5 * 365 * 86400
"""Seconds after which an expired item is left alone."""
PRINCIPAL = "dynamodb"
IDENTITY = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
"""Who deleted, as the streams say it."""


def schedule(clock: Clock = CLOCK) -> None:
    """Look every hour of the clock's time from now on."""

    def look() -> None:
        try:
            delete_expired_items()
        finally:
            schedule(clock)

    clock.call_at(clock.now() + EVERY, look)


def delete_expired_items() -> int:
    """Delete what has expired in all tables; return how many items that were."""
    deleted = 0
    for account, region, store in list(dynamodb_stores.iter_stores()):
        for table, specification in list(store.ttl_specifications.items()):
            if specification.get("Enabled") and table in store.table_definitions:
                try:
                    deleted += _delete(account, region, table, specification["AttributeName"])
                except Exception:
                    LOG.exception("Expired items of the table %s could not be deleted", table)
    return deleted


def _delete(account: str, region: str, table: str, attribute: str) -> int:
    client = connect_to(aws_access_key_id=account, region_name=region).dynamodb
    as_dynamodb = client.request_metadata(
        service_principal=PRINCIPAL, source_arn=arns.dynamodb_table_arn(table, account, region)
    )
    now = int(CLOCK.now())
    names = {"#ttl": attribute}
    values = {":oldest": {"N": str(now - OLDEST)}, ":now": {"N": str(now)}}
    over = "#ttl BETWEEN :oldest AND :now"
    asked: dict[str, Any] = {"TableName": table, "ExpressionAttributeNames": names}
    schema = client.describe_table(TableName=table)["Table"]["KeySchema"]
    pages = client.get_paginator("scan").paginate(
        **asked, FilterExpression=over, ExpressionAttributeValues=values
    )
    found = [item for page in pages for item in page["Items"]]
    for item in found:
        key = {each["AttributeName"]: item[each["AttributeName"]] for each in schema}
        as_dynamodb.delete_item(**asked, Key=key, ConditionExpression=over, ExpressionAttributeValues=values)
    return len(found)
