"""What a subscription filter sends, against the messages in AWS's user guide."""

import gzip
import json

import pytest

from tailrace.cloudwatch.subscriptions import LogSource, StoredEvent, control_message, data_message

pytestmark = pytest.mark.unit

SOURCE = LogSource("000000000000", "us-east-1", "/aws/lambda/f", "2026/11/27/[$LATEST]0")


def test_lines_arrive_in_one_message() -> None:
    """Owner, group, stream, filter and each line with an id of 56 digits."""
    message = data_message(SOURCE, "all", [StoredEvent(7, 1_795_000_000_000, "first\n")])
    assert json.loads(gzip.decompress(message)) == {
        "messageType": "DATA_MESSAGE",
        "owner": "000000000000",
        "logGroup": "/aws/lambda/f",
        "logStream": "2026/11/27/[$LATEST]0",
        "subscriptionFilters": ["all"],
        "logEvents": [{"id": "7".zfill(56), "timestamp": 1_795_000_000_000, "message": "first\n"}],
    }


def test_a_new_destination_is_tried() -> None:
    """The control message names no group and has one line that says what it is."""
    message = json.loads(gzip.decompress(control_message("Kinesis stream", 5)))
    assert (message["messageType"], message["owner"]) == ("CONTROL_MESSAGE", "CloudwatchLogs")
    assert message["logEvents"] == [
        {
            "id": "",
            "timestamp": 5,
            "message": "CWL CONTROL MESSAGE: Checking health of destination Kinesis stream.",
        }
    ]


def test_one_log_stream_keeps_to_one_partition_key() -> None:
    """So its lines stay in order in a Kinesis stream; another log stream has another key."""
    other = SOURCE._replace(stream="2026/11/27/[$LATEST]1")
    assert SOURCE.partition_key == SOURCE._replace(account="1").partition_key != other.partition_key
