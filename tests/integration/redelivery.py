"""Deliver every record of a pipeline's stream once more, and know when that has been done."""

import json

from tailrace.story.mappings import StreamMapping
from tailrace.story.redelivering import redeliver as in_place
from tailrace.testing.eventually import eventually
from tests.frame.pipeline import Pipeline


def redeliver(pipeline: Pipeline, mapping: str) -> str:
    """Deliver all that the stream holds once more; return the id of the mapping that does.

    An emulator does it in place. On an account the mapping is deleted, and the like of it made, which begins
    at the stream's first record.
    """
    client = pipeline.lambdas
    old = client.get_event_source_mapping(UUID=mapping)
    if pipeline.target.endpoint:
        in_place(pipeline.target.endpoint, StreamMapping(dict(old)), within=120)
        assert client.get_event_source_mapping(UUID=mapping)["State"] == "Enabled"
        return mapping
    client.delete_event_source_mapping(UUID=mapping)

    def gone() -> bool:
        """Find the mapping gone."""
        listed = client.list_event_source_mappings(FunctionName=pipeline["FunctionName"])
        return mapping not in {found["UUID"] for found in listed["EventSourceMappings"]}

    eventually(gone, within=60 * pipeline.patience)
    return client.create_event_source_mapping(
        FunctionName=pipeline["FunctionName"],
        EventSourceArn=pipeline["StreamArn"],
        StartingPosition="TRIM_HORIZON",
        BatchSize=old["BatchSize"],
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )["UUID"]


def settled_before(pipeline: Pipeline) -> int:
    """Count the records that the function found settled by an earlier delivery, as its log says."""
    lines = [json.loads(line) for line in pipeline.log() if line.startswith("{")]
    return sum(line.get("settled_before", 0) for line in lines)
