"""Between JSON, CBOR and the service's model."""

import json
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore.model import ServiceModel
from hypothesis import given
from hypothesis import strategies as st

from tailrace.kinesis.errors import InvalidArgumentError
from tailrace.protocol.errors import SerializationFailedError
from tailrace.protocol.wire import from_json, plain, response_headers, to_json, typed
from tests.unit.kinesis.stage import START, Stage

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def kinesis() -> ServiceModel:
    """Give the service's model, which takes botocore a while to read."""
    return botocore.session.get_session().get_service_model("kinesis")


def test_no_result_has_no_body() -> None:
    """An operation without a result answers with no bytes, one with an empty result with an object."""
    assert to_json(None) == b""
    assert to_json({}) == b"{}"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_json_is_read_as_it_was_written(value: Any) -> None:  # noqa: ANN401  anything
    """The body is JSON in UTF-8, whatever a key or a name is made of."""
    assert json.loads(to_json({"value": value})) == {"value": value}


def test_a_cbor_request_becomes_what_json_would_be() -> None:
    """Bytes become base64, times become seconds, and what is null is left out."""
    request = {
        "Records": [{"Data": b"\x00\xff", "ExplicitHashKey": None}],
        "Timestamp": datetime.fromtimestamp(START, UTC),
    }
    assert plain(request) == {"Records": [{"Data": "AP8="}], "Timestamp": START}


def test_an_answer_becomes_what_cbor_needs(kinesis: ServiceModel) -> None:
    """Base64 becomes bytes, seconds become what a time is there, and the rest stays."""
    stage = Stage(shards=1)
    stage.put("hello")
    answer = stage("GetRecords", ShardIterator=stage.iterator("TRIM_HORIZON"))
    shape = kinesis.operation_model("GetRecords").output_shape
    assert shape is not None
    written = typed(answer, shape, lambda seconds: ("at", seconds))
    [record] = written["Records"]
    assert record["Data"] == b"hello"
    assert record["ApproximateArrivalTimestamp"] == ("at", START)
    assert written["NextShardIterator"] == answer["NextShardIterator"]


def test_errors_have_a_bare_type_and_their_text() -> None:
    """`__type` has no prefix; the text is `message`, but for SerializationException."""
    assert InvalidArgumentError("no").as_json() == {"__type": "InvalidArgumentException", "message": "no"}
    assert SerializationFailedError("no").as_json() == {"__type": "SerializationException", "Message": "no"}


def test_each_answer_has_two_ids() -> None:
    """The request's id stands in x-amzn-RequestId; x-amz-id-2 has 96 characters and is never the same."""
    one, other = response_headers("a"), response_headers("a")
    assert one["x-amzn-RequestId"] == "a"
    assert len(one["x-amz-id-2"]) == 96
    assert one["x-amz-id-2"] != other["x-amz-id-2"]


@pytest.mark.parametrize("data", [b"{", b"\xff", b"[" * 1_000_000], ids=["cut", "bytes", "deep"])
def test_no_json(data: bytes) -> None:
    """What is no JSON, or nests too deep, is None."""
    assert from_json(data) is None
