"""One deployed pipeline, as the tests use it: put, wait until all is settled, audit."""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from bootstrap.stacks import Stack
from bootstrap.target import Target
from tailrace.control.own_api import ask
from tailrace.testing import sending
from tailrace.testing.audit import Acknowledged, audit
from tailrace.testing.eventually import eventually
from tailrace.testing.promises.subject import MAPPINGS
from tailrace.testing.sending import Put, Tries
from tailrace.testing.verdict import Verdict
from tests.frame import reading
from tests.frame.reading import Item, QuarantinedRecord, Series, Sum

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_kinesis import KinesisClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_sqs import SQSClient


class Pipeline:
    """A stack of the tests' own, what was put into it and what was taken from its queues so far."""

    def __init__(self, target: Target, stack: Stack) -> None:
        self.target = target
        self.stack = stack
        self.acknowledged: list[Acknowledged] = []
        self._messages: list[Item] = []
        self._dead_letters: list[Item] = []

    @cached_property
    def kinesis(self) -> "KinesisClient":
        """The client of the stream."""
        return self.target.client("kinesis")

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """The client of the tables."""
        return self.target.client("dynamodb")

    @cached_property
    def sqs(self) -> "SQSClient":
        """The client of the queues."""
        return self.target.client("sqs")

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        """The client of the metrics and alarms."""
        return self.target.client("cloudwatch")

    @cached_property
    def lambdas(self) -> "LambdaClient":
        """The client of the function and its mapping."""
        return self.target.client("lambda")

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """The client of the function's log."""
        return self.target.client("logs")

    def __getitem__(self, output: str) -> str:
        """Return one of the stack's outputs, such as `StreamName`."""
        return self.stack.outputs[output]

    def put(self, puts: Iterable[Put]) -> list[Acknowledged]:
        """Put records, and return what was acknowledged; no entry may be refused."""
        tries = self.try_to_put(puts)
        assert not tries.refused, f"PutRecords refused entries: {tries.refused}"
        return tries.acknowledged

    def try_to_put(self, puts: Iterable[Put]) -> Tries:
        """Put records until each is acknowledged, and say what was refused on the way."""
        tries = sending.put_all(self.kinesis, self["StreamName"], puts)
        self.acknowledged += tries.acknowledged
        return tries

    def items(self, key: str = "") -> list[Item]:
        """Return every item by the beginning of its key, in the order of application."""
        found = reading.scan(self.dynamodb, self["TableName"], key)
        return sorted(found, key=lambda item: int(item["appliedAt"]))

    def item(self, event_id: str) -> Item:
        """Return the one item of an event."""
        (found,) = reading.of_event(self.dynamodb, self["TableName"], event_id)
        return found

    def quarantined(self) -> list[QuarantinedRecord]:
        """Return every record that was quarantined so far."""
        self._messages += reading.drain(self.sqs, self["QuarantineUrl"])
        return reading.assemble(self._messages)

    def dead_letters(self) -> list[Item]:
        """Return every message of the dead-letter queue so far."""
        self._dead_letters += reading.drain(self.sqs, self["DeadLetterUrl"])
        return self._dead_letters

    def metric(self, name: str, **dimensions: str) -> Sum:
        """Return the sums of one of the pipeline's own metrics."""
        return reading.metric(self.cloudwatch, Series(self["MetricNamespace"], name, dimensions))

    def series(self) -> list[Series]:
        """Return every metric of the pipeline's own, those of its handler too."""
        return reading.all_series(self.cloudwatch, self["MetricNamespace"])

    def log(self) -> list[str]:
        """Return the lines of the function's log."""
        return reading.log(self.logs, self["LogGroupName"])

    def verdict(self) -> Verdict:
        """Audit everything that was put into this pipeline so far."""
        letters = [reading.dead_letter(message) for message in self.dead_letters()]
        in_quarantine = [record.for_audit for record in self.quarantined()]
        stored = list(reading.stored(self.dynamodb, self["TableName"]))
        return audit(self.acknowledged, stored, in_quarantine, letters)

    def unpublished(self) -> list[Item]:
        """Return the receipts in the handler's book: metrics that are not published yet."""
        book = reading.scan(self.dynamodb, self["LedgerTableName"])
        return [entry for entry in book if entry["pk"].startswith("receipt#")]

    @property
    def patience(self) -> int:
        """How many times longer than on an emulator things may take: AWS's mapping needs minutes to begin."""
        return 1 if self.target.emulated else 8

    def settle(self, *, within: float = 60, published: bool = True) -> Verdict:
        """Wait until every record that was put is found somewhere and, if `published`, all metrics are out.

        The wait (seconds) ends as soon as nothing is lost; what else is wrong is in the verdict, for the
        caller to see.
        """
        waiting = None

        def verdict() -> Verdict:
            """Settle every acknowledged record."""
            nonlocal waiting
            before, waiting = waiting, self._behind()
            # While the mapping goes on, there is no need to read all that is stored.
            assert waiting in {0, before}, f"the mapping has {waiting} records to settle"
            found = self.verdict()
            assert not found.lost, str(found)
            receipts = self.unpublished() if published else []
            assert not receipts, f"{len(receipts)} receipts are not published: {receipts[:3]}"
            return found

        try:
            return eventually(verdict, within=within * self.patience, every=0.25)
        except AssertionError as gave_up:
            raise AssertionError(f"{gave_up}\nlook next: {self._traces()}") from None

    def _behind(self) -> int:
        """Return how many records the mapping has not settled yet; 0 where only AWS knows."""
        if self.target.endpoint is None:
            return 0
        every = ask(self.target.endpoint, MAPPINGS)["mappings"]
        mine = [one["behind"] for one in every if one["mapping"] == self["MappingId"]]
        return sum(int(behind["records"]) for behind in mine if behind)

    def _traces(self) -> str:
        """Say what the mapping and the function's log say of themselves."""
        mapping = self.lambdas.get_event_source_mapping(UUID=self["MappingId"])
        tail = "".join(f"  {line.rstrip()}\n" for line in self.log()[-12:])
        return (
            f"the mapping {mapping['UUID']} is {mapping['State']}, its last result "
            f"{mapping.get('LastProcessingResult')!r}; the end of the log {self['LogGroupName']}:\n{tail}"
        )
