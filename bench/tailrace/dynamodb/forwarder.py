"""Brings a table's changes to its stream and its Kinesis destinations, in the order of the writes."""

import json
import logging
import uuid
from typing import Any

from localstack.aws.connect import connect_to
from localstack.constants import INTERNAL_AWS_SECRET_ACCESS_KEY
from localstack.services.dynamodb.provider import EventForwarder, get_store
from localstack.utils.aws import arns
from localstack.utils.json import BytesEncoder

from tailrace.clock import CLOCK

from .changes import for_kinesis, partition_key, settled

LOG = logging.getLogger(__name__)
ACTIVE = "ACTIVE"
MOST = 500
"""Records of one PutRecords."""


class Forwarder(EventForwarder):
    """LocalStack's forwarder with one thread: with its ten a later change may overtake an earlier one."""

    def __init__(self) -> None:
        super().__init__(num_thread=1)

    def forward_to_targets(
        self, account_id: str, region_name: str, records_map: dict[str, Any], *, background: bool = True
    ) -> None:
        """Take changes, by table, and bring them on; what changed nothing is left out."""
        moment = CLOCK.now()
        changes = {table: _settled(changed, moment) for table, changed in records_map.items()}
        changes = {table: changed for table, changed in changes.items() if changed["records"]}
        if changes:
            super().forward_to_targets(account_id, region_name, changes, background=background)

    @staticmethod
    def forward_to_kinesis_stream(account_id: str, region_name: str, records_map: dict[str, Any]) -> None:
        """Bring changes to each table's Kinesis destinations; LocalStack calls this in its thread."""
        store = get_store(account_id, region_name)
        for table, changed in records_map.items():
            for destination in store.streaming_destinations.get(table) or ():
                if destination["DestinationStatus"] == ACTIVE:
                    _put(account_id, region_name, (table, destination), changed)


def _settled(changed: dict[str, Any], moment: float) -> dict[str, Any]:
    records = [record for each in changed["records"] if (record := settled(each))]
    for record in records:
        record["eventID"] = uuid.uuid4().hex
    return {**changed, "records": records, "moment": moment}


def _put(account: str, region: str, where: tuple[str, dict[str, Any]], changed: dict[str, Any]) -> None:
    table, destination = where
    precision = destination.get("ApproximateCreationDateTimePrecision", "")
    entries = [
        {
            "Data": json.dumps(
                for_kinesis({**record, "eventID": str(uuid.uuid4())}, table, changed["moment"], precision),
                cls=BytesEncoder,
            ),
            "PartitionKey": partition_key(table, record["dynamodb"]["Keys"]),
        }
        for record in changed["records"]
    ]
    kinesis = connect_to(
        aws_access_key_id=account,
        aws_secret_access_key=INTERNAL_AWS_SECRET_ACCESS_KEY,
        region_name=region,
    ).kinesis.request_metadata(
        service_principal="dynamodb", source_arn=arns.dynamodb_table_arn(table, account, region)
    )
    stream = destination["StreamArn"]
    for start in range(0, len(entries), MOST):
        try:
            answer = kinesis.put_records(StreamARN=stream, Records=entries[start : start + MOST])
            lost = answer["FailedRecordCount"]
        except Exception as error:  # noqa: BLE001  whatever it is, the stream does not have them
            lost, answer = len(entries[start : start + MOST]), error
        if lost:
            LOG.warning("%s changes of the table %s did not reach %s: %s", lost, table, stream, answer)
