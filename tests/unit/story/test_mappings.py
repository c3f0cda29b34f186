from typing import Any

import pytest

from tailrace.story.errors import StoryError
from tailrace.story.mappings import find

pytestmark = pytest.mark.unit

HERE = "us-east-1:000000000000"


class Lambda:
    """Lists mappings."""

    def __init__(self, *made: dict[str, str]) -> None:
        self._made = made

    def get_paginator(self, _: str) -> "Lambda":
        """ListEventSourceMappings."""
        return self

    def paginate(self) -> list[dict[str, Any]]:
        """Give its page."""
        return [{"EventSourceMappings": self._made}]


def one(uuid: str, source: str, function: str) -> dict[str, str]:
    """Return a mapping."""
    return {
        "UUID": uuid,
        "EventSourceArn": f"arn:aws:{source}",
        "FunctionArn": f"arn:aws:lambda:{HERE}:function:{function}",
        "State": "Enabled",
    }


CLICKS = one("u-1", f"kinesis:{HERE}:stream/clicks", "keeper:live")
FAN_OUT = one("u-2", f"kinesis:{HERE}:stream/clicks/consumer/app:1", "counter")
SALES = one("u-3", f"kinesis:{HERE}:stream/sales", "counter")
QUEUE = one("u-4", f"sqs:{HERE}:orders", "keeper")


@pytest.mark.parametrize(
    ("text", "uuid"),
    [
        ("u-2", "u-2"),
        (f"arn:aws:lambda:{HERE}:event-source-mapping:u-3", "u-3"),
        ("sales", "u-3"),
        (f"arn:aws:kinesis:{HERE}:stream/sales", "u-3"),
        ("keeper", "u-1"),
        ("keeper:live", "u-1"),
        (f"arn:aws:lambda:{HERE}:function:keeper", "u-1"),
        (f"arn:aws:lambda:{HERE}:function:keeper:live", "u-1"),
        (f"arn:aws:kinesis:{HERE}:stream/clicks/consumer/app:1", "u-2"),
    ],
)
def test_what_a_user_means(text: str, uuid: str) -> None:
    """A mapping is named by its id, or by its function or stream, by name or ARN, where that has one only."""
    functions: Any = Lambda(CLICKS, FAN_OUT, SALES, QUEUE)
    assert find(functions, text).uuid == uuid


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("clicks", "clicks has 2 mappings, name one by its id: u-1 (clicks to keeper:live), u-2"),
        ("counter", "counter has 2 mappings"),
        ("orders", "There is no mapping orders here; there is u-1"),
    ],
)
def test_what_is_not_clear_is_said(text: str, said: str) -> None:
    """Where several could be meant, or none is, all that could be are named."""
    functions: Any = Lambda(CLICKS, FAN_OUT, SALES, QUEUE)
    with pytest.raises(StoryError) as refused:
        find(functions, text)
    assert said in str(refused.value)


def test_none_at_all() -> None:
    """Where no mapping reads a stream, that is said."""
    functions: Any = Lambda(QUEUE)
    with pytest.raises(StoryError, match="There is no mapping of a Kinesis stream here"):
        find(functions, "keeper")
