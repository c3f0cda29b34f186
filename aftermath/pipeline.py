"""The deployed stack, as these commands use it: its stream, its tables, its queues."""

from functools import cached_property
from typing import TYPE_CHECKING

from aftermath.quarantine_messages import QuarantineContents, assemble
from aftermath.tables import Tables
from bootstrap import stacks
from bootstrap.errors import UsageError
from bootstrap.settings import PipelineSettings
from bootstrap.target import Target
from tailrace.story.letters import DeadLetter, parsed
from tailrace.story.queues import Queue

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

    from bootstrap.stacks import Stack


class Pipeline:
    """A stack and its clients; messages that are read stay hidden until `show_again`."""

    def __init__(self, target: Target, stack: "Stack") -> None:
        self.target = target
        self.stack = stack
        wait = 0 if target.emulated else 2
        sqs = target.client("sqs", read_timeout=30)
        self.quarantine = Queue(sqs, stack.outputs["QuarantineUrl"], wait)
        self.dead_letters = Queue(sqs, stack.outputs["DeadLetterUrl"], wait)

    @classmethod
    def find(cls, target: Target, settings: PipelineSettings) -> "Pipeline":
        """Return the stack that the settings name; `UsageError` if it is not deployed."""
        stack = stacks.find(target.client("cloudformation"), settings.stack)
        if stack is None or stack.status not in stacks.WHOLE:
            raise UsageError(f"There is no stack {settings.stack} here: `make up` deploys it.")
        return cls(target, stack)

    @property
    def stream(self) -> str:
        """The stream's name."""
        return self.stack.outputs["StreamName"]

    @cached_property
    def kinesis(self) -> "KinesisClient":
        """The client that streams are read with."""
        return self.target.client("kinesis")

    @cached_property
    def tables(self) -> Tables:
        """The tables of results and of the handler's ledger."""
        outputs = self.stack.outputs
        return Tables(self.target.client("dynamodb"), outputs["TableName"], outputs["LedgerTableName"])

    def quarantined(self) -> QuarantineContents:
        """Read the quarantine."""
        return assemble((message.id, message.body) for message in self.quarantine.receive())

    def letters(self) -> list[DeadLetter]:
        """Read the dead letters, in the order in which they were sent."""
        found = parsed((message.id, message.body) for message in self.dead_letters.receive())
        return sorted(found, key=lambda letter: letter.sent)

    def show_again(self) -> None:
        """Let others see the messages again that were read and not deleted."""
        self.quarantine.show_again()
        self.dead_letters.show_again()
