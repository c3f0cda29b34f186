"""A Kinesis without a network, at a time of the test's choosing."""

from base64 import b64decode, b64encode
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest

from tailrace.kinesis.call import Call
from tailrace.kinesis.engine import Engine, Stream
from tailrace.kinesis.operations import perform
from tailrace.kinesis.settings import KinesisSettings
from tailrace.protocol.constraints import Checker
from tailrace.protocol.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT = "111122223333"
REGION = "eu-central-1"
START = 1_789_780_000.25
FIRST = "shardId-000000000000"


@cache
def checker() -> Checker:
    """Give the checker of botocore's model of Kinesis."""
    return Checker(botocore.session.get_session().get_service_model("kinesis"))


class Stage:
    """Calls operations as the wire does, at `now`, which only moves when the test moves it."""

    def __init__(self, *, shards: int = 0, delay: float = 0.0, limited: bool = False) -> None:
        self.now = START
        self.engine = Engine(b"secret", KinesisSettings(delay))
        self.limited = limited
        self.fails: Callable[[], bool] | None = None
        self.shard_limit = 500
        self.account = ACCOUNT
        if shards:
            self("CreateStream", StreamName="clicks", ShardCount=shards)

    def __call__(self, operation: str, **request: Any) -> Any:  # noqa: ANN401  as JSON has it
        """Check a request and answer it."""
        limits = self.shard_limit, 50
        call = Call(self.engine, self.account, REGION, self.now, self.fails, limits, self.limited)
        return perform(checker(), call, operation, request)

    def refusal(self, operation: str, **request: Any) -> tuple[str, str]:  # noqa: ANN401  as JSON has it
        """Give the code and the text with which a request is refused."""
        with pytest.raises(RequestError) as caught:
            self(operation, **request)
        return caught.value.code, caught.value.message

    @property
    def stream(self) -> Stream:
        """The stream that most tests use."""
        return self.engine.stream(ACCOUNT, REGION, "clicks")

    def put(self, text: str, key: str = "key") -> str:
        """Put one record; give its sequence number."""
        answer = self("PutRecord", StreamName="clicks", Data=encoded(text), PartitionKey=key)
        return str(answer["SequenceNumber"])

    def iterator(self, kind: str, shard: str = FIRST, **more: Any) -> str:  # noqa: ANN401  as JSON has it
        """Give an iterator on a shard."""
        answer = self("GetShardIterator", StreamName="clicks", ShardId=shard, ShardIteratorType=kind, **more)
        return str(answer["ShardIterator"])

    def read(self, iterator: str, **more: Any) -> list[str]:  # noqa: ANN401  as JSON has it
        """Give the texts of the records from an iterator on."""
        return [decoded(record) for record in self("GetRecords", ShardIterator=iterator, **more)["Records"]]


def encoded(text: str) -> str:
    """Give a text's bytes as base64."""
    return b64encode(text.encode()).decode()


def decoded(record: dict[str, Any]) -> str:
    """Give the text of a record."""
    return b64decode(record["Data"]).decode()
