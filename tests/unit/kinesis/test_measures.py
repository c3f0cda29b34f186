import pytest

from tailrace.kinesis.call import Answer, Request
from tailrace.kinesis.measures import counts

pytestmark = pytest.mark.unit

THREE: Request = {"Records": [{"Data": "", "PartitionKey": "a"}] * 3}


@pytest.mark.parametrize(
    ("name", "body", "answer", "wanted"),
    [
        ("PutRecord", {"Data": ""}, {"SequenceNumber": "1"}, (1, 0)),
        ("PutRecord", {"Data": ""}, None, (0, 1)),
        ("PutRecords", THREE, {"FailedRecordCount": 0, "Records": []}, (3, 0)),
        ("PutRecords", THREE, {"FailedRecordCount": 2, "Records": []}, (1, 2)),
    ],
)
def test_records_are_counted_as_they_end(name: str, body: Request, answer: Answer, wanted: object) -> None:
    """Each record of a put counts as one that came in, or as one that was refused."""
    assert counts(name, body, answer) == wanted
