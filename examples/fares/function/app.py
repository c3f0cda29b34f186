"""Takes each fare from its card, once, and counts it."""

import os
from decimal import Decimal
from typing import Any

import boto3
from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.kinesis_stream_event import KinesisStreamRecord
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

FARES, CARDS = os.environ["FARES"], os.environ["CARDS"]
metrics = Metrics()
dynamodb = boto3.resource("dynamodb").meta.client
processor = BatchProcessor(event_type=EventType.KinesisDataStreams)
config = IdempotencyConfig(event_key_jmespath="id")
done = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY"])


@metrics.log_metrics  # type: ignore[untyped-decorator]  # Powertools is no package of the linter's environment
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Collect all fares of a batch that can be collected, and report the others."""
    config.register_lambda_context(context)
    return process_partial_response(event, tapped, processor, context)


def tapped(record: KinesisStreamRecord) -> None:
    """Collect the fare of a record."""
    collect(fare=record.kinesis.data_as_json())


@idempotent_function(data_keyword_argument="fare", config=config, persistence_store=done)  # type: ignore[untyped-decorator]
def collect(fare: dict[str, Any]) -> str:
    """Take a fare from its card; where it is taken already, and only the note of it was lost, do nothing.

    What Powertools remembers spares the transaction, and the metric, where a batch is delivered again. It
    cannot know of a function that dies between the two, so the transaction has a condition of its own.
    """
    cents = Decimal(fare["cents"])
    try:
        dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": FARES,
                        "Item": {"id": fare["id"], "card": fare["card"], "cents": cents},
                        "ConditionExpression": "attribute_not_exists(id)",
                    }
                },
                {
                    "Update": {
                        "TableName": CARDS,
                        "Key": {"id": fare["card"]},
                        "UpdateExpression": "ADD cents :cents",
                        "ExpressionAttributeValues": {":cents": -cents},
                    }
                },
            ]
        )
    except dynamodb.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise
    metrics.add_metric(name="Collected", unit=MetricUnit.Count, value=1)
    return str(fare["id"])
