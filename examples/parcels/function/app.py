"""Keeps each scan, with the trace in which it was kept, and counts them."""

import os
from typing import Any

import boto3
from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_xray_sdk.core import xray_recorder
from scans import Scan, scan

metrics = Metrics(namespace="Parcels", service="keeper")
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def keep(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Keep all scans of a batch that can be kept, and report the others."""
    failed = []
    for record in event["Records"]:
        try:
            store(scan(record["kinesis"]))
        except Exception as error:  # noqa: BLE001  whatever it is: Lambda shall try it again
            print(f"{record['eventID']}: {error!r}")  # noqa: T201  the function's log
            failed.append({"itemIdentifier": record["kinesis"]["sequenceNumber"]})
    metrics.add_metric(name="Kept", unit=MetricUnit.Count, value=len(event["Records"]) - len(failed))
    metrics.flush_metrics()
    return {"batchItemFailures": failed}


def store(seen: Scan) -> None:
    """Write a scan, as a subsegment of the trace."""
    with xray_recorder.in_subsegment("store") as subsegment:
        subsegment.put_annotation("depot", seen.depot)
        trace = os.environ["_X_AMZN_TRACE_ID"]
        table.put_item(Item={"scan": seen.name, "parcel": seen.parcel, "depot": seen.depot, "trace": trace})
