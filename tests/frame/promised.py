"""The reference pipeline's adapter of the promise suite: what it is, and how its events are told."""

import json
from collections.abc import Callable, Iterator
from functools import wraps

import pytest

from tailrace.testing.audit import Quarantined, Stored
from tailrace.testing.promises import Promises, Put
from tests.frame import reading, samples


def long(test: Callable[..., None]) -> Callable[..., None]:
    """Give a test of the suite that is marked as long, and leave the suite's own as it is."""

    @wraps(test)
    def marked(*arguments: object, **fixtures: object) -> None:
        test(*arguments, **fixtures)

    made: Callable[..., None] = pytest.mark.long(marked)
    return made


class PipelinePromises(Promises):
    """The pipeline with the handler in use; `stack` is set where it is deployed."""

    stream = property(lambda self: self.outputs["StreamName"])
    function = property(lambda self: self.outputs["FunctionName"])
    blocks_at_most = 4500.0  # RECORD_AGE, an hour, and pauses and steps of time before that is seen

    def event(self, number: int) -> Put:
        """Make an event of the handler's own samples."""
        key, body = samples.event(number)
        return Put(json.dumps(body).encode(), key, body["eventId"])

    def stored(self) -> Iterator[Stored]:
        """Read the results table."""
        yield from reading.stored(self.tailrace.aws("dynamodb"), self.outputs["TableName"])

    def set_aside(self) -> Iterator[Quarantined]:
        """Read quarantine."""
        messages = map(json.loads, self.tailrace.messages(self.outputs["QuarantineUrl"]))
        yield from (quarantined.for_audit for quarantined in reading.assemble(messages))
