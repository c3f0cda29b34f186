"""What an adapter says of its pipeline is looked at before anything is tried."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from tailrace.testing.promises import Promises, Put
from tailrace.testing.promises.adapter import AdapterError
from tailrace.testing.promises.checking import check

if TYPE_CHECKING:
    from tailrace.testing.bench import Bench

pytestmark = pytest.mark.unit

STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/clicks"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:keeper"


class Emulator:
    """An emulator with one stream, one function and a mapping between them: every client of it, and it."""

    environ: dict[str, str]
    endpoint = "http://127.0.0.1:1"

    @property
    def functions(self) -> "Emulator":
        """Itself."""
        return self

    def aws(self, _service: str) -> "Emulator":
        """Itself."""
        return self

    def outputs(self, stack: str) -> dict[str, str]:
        """Give the outputs of its stack."""
        if stack != "clicks":
            raise refused(f"Stack with id {stack} does not exist")
        return {"StreamArn": STREAM, "FunctionArn": FUNCTION}

    def describe_stream_summary(self, *, StreamName: str) -> None:  # noqa: N803  AWS's word
        """Know its stream."""
        if StreamName != "clicks":
            raise refused("no such stream")

    def get_function_configuration(self, *, FunctionName: str) -> None:  # noqa: N803  AWS's word
        """Know its function."""
        if FunctionName not in {"keeper", "idle"}:
            raise refused("no such function")

    def mappings(self, function: str) -> list[dict[str, str]]:
        """Give the mapping."""
        mapping = {"UUID": "1", "EventSourceArn": STREAM, "FunctionArn": FUNCTION}
        return [mapping] if function == "keeper" else []

    def get_paginator(self, name: str) -> "Emulator":
        """Itself."""
        assert name in {"list_streams", "list_functions"}
        return self

    def paginate(self) -> list[dict[str, Any]]:
        """List what there is."""
        return [{"StreamNames": ["clicks"], "Functions": [{"FunctionName": "keeper"}]}]


def refused(message: str) -> ClientError:
    """Refuse a call as boto3 does."""
    return ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "Describe")


class Clicks(Promises):
    """An adapter that says what is so, by ARNs."""

    stack = "clicks"
    stream = property(lambda self: self.outputs["StreamArn"])
    function = property(lambda self: self.outputs["FunctionArn"])

    def event(self, number: int) -> Put:
        """Make a click."""
        return Put(json.dumps({"id": number}).encode(), "page", str(number))

    def stored(self) -> Iterator[str]:
        """Store nothing."""
        yield from ()


def clicks(**said: object) -> Promises:
    """Make an adapter that says something else."""
    made: Promises = type("Clicks", (Clicks,), said)()
    return made


def checked(adapter: Promises) -> None:
    """Check an adapter against the emulator."""
    bench = cast("Bench", Emulator())
    adapter.tailrace = bench
    check(adapter, bench)


def test_names_and_arns() -> None:
    """A stream and a function may be told by their ARNs, as a stack's outputs often have them."""
    checked(Clicks())


@pytest.mark.parametrize(
    ("adapter", "said"),
    [
        (clicks(stack="taps"), "Stack with id taps does not exist (stack = 'taps')"),
        (
            clicks(stream=property(lambda self: self.outputs["Stream"])),
            "The stack clicks has no output Stream; it has: StreamArn, FunctionArn",
        ),
        (clicks(stream="taps"), "There is no stream taps on the emulator; there is: clicks"),
        (clicks(function="reader"), "There is no function reader on the emulator; there is: keeper"),
        (
            clicks(function="idle"),
            "No mapping leads from the stream clicks to the function idle: it has none of a Kinesis stream",
        ),
        (
            clicks(event=lambda *_: Put(b"", "page", "0")),
            "Clicks.event gave the elements '0' and '0' for",
        ),
        (clicks(event=Promises.event), "Clicks does not say how event 0 is made: def event(…)"),
        (clicks(stored=Promises.stored), "Clicks does not say what is stored: def stored(self)"),
    ],
    ids=["stack", "output", "stream", "function", "mapping", "same event", "no event", "nothing stored"],
)
def test_what_is_not_so_is_said(adapter: Promises, said: str) -> None:
    """Each thing that an adapter may have wrong is told in a sentence that names what there is."""
    with pytest.raises(AdapterError) as wrong:
        checked(adapter)
    assert str(wrong.value).startswith(said)


def test_no_stream_is_named() -> None:
    """An adapter that names no stream is told to."""
    nameless = type("Clicks", (Promises,), {"function": "keeper"})()
    with pytest.raises(AdapterError, match="Clicks does not say which stream: stream = …, its name or ARN"):
        checked(nameless)
