"""Whether what an adapter says of its pipeline is so, before anything is tried."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tailrace.testing.bench import Bench

from .adapter import Adapter, AdapterError
from .subject import Subject

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient
    from types_boto3_lambda import LambdaClient


def check(adapter: Adapter, bench: Bench) -> None:
    """Raise AdapterError where a stream, a function, its mapping or an event is not as the adapter says."""
    subject, name = Subject(adapter, bench), type(adapter).__name__
    _there("stream", lambda: _stream(bench.aws("kinesis"), subject.stream), name)
    _there("function", lambda: _function(bench.aws("lambda"), subject.function), name)
    subject.mapping  # noqa: B018  it raises where there is none
    first, second = (adapter.event(number).element for number in (0, 1))
    if not isinstance(first, str) or first == second:
        raise AdapterError(
            f"{name}.event gave the elements {first!r} and {second!r} for the numbers 0 and 1: each event "
            "needs an identity of its own, as `stored` gives it: Put(data, key, element=…)"
        )
    adapter.stored()


def _there(what: str, look: Callable[[], None], name: str) -> None:
    """Look for a thing whose name the adapter tells."""
    try:
        look()
    except AttributeError as error:
        if error.name != what:
            raise
        raise AdapterError(f"{name} does not say which {what}: {what} = …, its name or ARN") from None


def _stream(kinesis: "KinesisClient", stream: str) -> None:
    try:
        kinesis.describe_stream_summary(StreamName=stream)
    except ClientError:
        there = [
            one for page in kinesis.get_paginator("list_streams").paginate() for one in page["StreamNames"]
        ]
        raise AdapterError(_none("stream", stream, there)) from None


def _function(client: "LambdaClient", function: str) -> None:
    try:
        client.get_function_configuration(FunctionName=function)
    except ClientError:
        pages = client.get_paginator("list_functions").paginate()
        there = [one["FunctionName"] for page in pages for one in page["Functions"]]
        raise AdapterError(_none("function", function, there)) from None


def _none(what: str, name: str, there: list[str]) -> str:
    return f"There is no {what} {name} on the emulator; there is: {', '.join(there) or 'none; deploy first'}"
