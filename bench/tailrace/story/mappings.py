"""Mappings of Kinesis streams, and how a user names one: by its id, its function or its stream."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tailrace.arns import Arn, named
from tailrace.mapping.settings import MappingSettings
from tailrace.story.errors import StoryError
from tailrace.story.membership import Batching

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient


@dataclass(frozen=True)
class StreamMapping:
    """A mapping that reads a Kinesis stream, or a consumer of one, as the Lambda API describes it."""

    configuration: Mapping[str, Any]

    @property
    def uuid(self) -> str:
        """Its id."""
        return str(self.configuration["UUID"])

    @property
    def source(self) -> Arn:
        """The stream, or the consumer, that it reads."""
        return Arn.of(self.configuration["EventSourceArn"])

    @property
    def stream(self) -> str:
        """The name of its stream."""
        return self.source.name

    @property
    def function_arn(self) -> str:
        """Its function, with version or alias if it has one."""
        return str(self.configuration["FunctionArn"])

    @property
    def function(self) -> str:
        """The name of its function, with `:` and version or alias if it has one."""
        arn = Arn.of(self.function_arn)
        return f"{arn.name}:{arn.qualifier}" if arn.qualifier else arn.name

    @property
    def state(self) -> str:
        """What state it is in: `Enabled`, `Disabled`, `Creating`, …."""
        return str(self.configuration["State"])

    @property
    def result(self) -> str:
        """What the last invocation came to; empty before the first."""
        return str(self.configuration.get("LastProcessingResult") or "")

    @property
    def batching(self) -> Batching:
        """How it makes batches."""
        return Batching(self.settings, deaggregates=bool(self.source.consumer))

    @property
    def settings(self) -> MappingSettings:
        """What it was asked to do."""
        return MappingSettings.of(self.configuration)

    def __str__(self) -> str:
        return f"{self.uuid} ({self.stream} to {self.function})"


def mappings(functions: "LambdaClient") -> Iterator[StreamMapping]:
    """Give every mapping that reads a Kinesis stream."""
    for page in functions.get_paginator("list_event_source_mappings").paginate():
        for found in page["EventSourceMappings"]:
            arn = Arn.maybe(found.get("EventSourceArn"))
            if arn and arn.service == "kinesis":
                yield StreamMapping(found)


def find(functions: "LambdaClient", text: str) -> StreamMapping:
    """Return the mapping that a user means by its id or ARN, or by its function or stream if it has one only.

    Raises `StoryError`, which names what could be meant.
    """
    every = list(mappings(functions))
    meant = [one for one in every if is_meant(one, text)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise StoryError(f"{text} has {len(meant)} mappings, name one by its id: {listed(meant)}")
    if not every:
        raise StoryError("There is no mapping of a Kinesis stream here.")
    raise StoryError(f"There is no mapping {text} here; there is {listed(every)}")


def is_meant(one: StreamMapping, text: str) -> bool:
    """Tell whether a text names this mapping: its id, or its function or stream by name or ARN."""
    arn = Arn.maybe(text)
    if arn and arn.kind == "event-source-mapping":
        return arn.name == one.uuid
    if arn and arn.service in {"lambda", "kinesis"}:
        return text in {one.function_arn, str(one.source), str(one.source.parent)} or (
            arn.service == "lambda" and not arn.qualifier and str(Arn.of(one.function_arn).parent) == text
        )
    return text in {one.uuid, one.stream, one.function, named(one.function_arn)}


def listed(some: Sequence[StreamMapping]) -> str:
    """Name mappings, one after the other."""
    return ", ".join(map(str, some))
