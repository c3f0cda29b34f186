"""Where a load run's events are looked for: each gives ids, as often as they stand there."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tailrace.stream.json_fields import field, parse_object, text_of
from tailrace.stream.reading import Cursor, Start, shards

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_kinesis import KinesisClient


def in_stream(kinesis: "KinesisClient", stream: str, id_field: str) -> Iterator[str]:
    """Give the ids of all JSON events that the stream holds."""
    for shard in shards(kinesis, stream):
        for page in Cursor(kinesis, stream, shard.id, Start.oldest()).to_its_end():
            for taken in page:
                try:
                    found = text_of(field(parse_object(taken.data), id_field))
                except ValueError:
                    continue
                if found is not None:
                    yield found


def in_table(dynamodb: "DynamoDBClient", table: str, attribute: str) -> Iterator[str]:
    """Give an attribute of all items of a table."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        ConsistentRead=True,
        ProjectionExpression="#id",
        ExpressionAttributeNames={"#id": attribute},
    )
    for page in pages:
        for item in page["Items"]:
            for value in item.get(attribute, {}).values():
                yield str(value)


def in_file(path: Path) -> Iterator[str]:
    """Give the lines of a file, an id on each."""
    with path.open(encoding="utf-8") as file:
        yield from (line.rstrip("\n") for line in file)
