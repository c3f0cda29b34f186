"""A request for tables, and DynamoDB Local as it is asked."""

import json
import logging
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import NamedTuple, Protocol

from . import measures, rules
from .connection import Said
from .copying import LocalError
from .tables.answer import Answer

LOG = logging.getLogger(__name__)


@dataclass
class Asked:
    """A request. `space` is what tables are kept apart by: an account and region, in one word.

    `signed` is the header Authorization as it came. If it is to be `measured`, DynamoDB Local is made to tell
    what it consumes.
    """

    space: str
    operation: str
    body: bytes
    signed: str
    measured: bool = False

    @property
    def authorization(self) -> str:
        """The header with the space as its access key."""
        return rules.readdressed(self.signed, self.space)

    @cached_property
    def measured_body(self) -> tuple[bytes, bool]:
        """The body for DynamoDB Local, and whether the request asks by itself for what is told there."""
        return measures.asking(self.body) if self.measured else (self.body, True)


class Local(Protocol):
    """DynamoDB Local."""

    def begin(self) -> None:
        """Start it, if it does not run. Raises LocalError."""

    def end(self) -> None:
        """Stop it, if it runs."""

    def ask(self, operation: str, body: bytes, authorization: str) -> Said:
        """Ask it. Raises OSError."""


class Moved(NamedTuple):
    """A table that is at DynamoDB Local, and why."""

    table: str
    reason: str


class AllThere:
    """Has every request answered by DynamoDB Local: all tables are there."""

    def __init__(self, local: Local) -> None:
        self._local = local

    def start(self) -> None:
        """Start DynamoDB Local, ahead of the first request. Raises LocalError."""
        self._local.begin()

    def ask(self, asked: Asked) -> Answer | Said:
        """Have DynamoDB Local answer a request, started if it does not run."""
        try:
            self._local.begin()
        except LocalError as error:
            LOG.error("%s could not be answered: %s", asked.operation, error)  # noqa: TRY400  a sentence
            return failure(str(error))
        return answered(self._local, asked)

    def moved(self) -> list[Moved]:
        """Return which tables are there for a reason of their own: none."""
        return []

    def forget(self) -> None:
        """Stop DynamoDB Local, which forgets all tables."""
        self._local.end()

    def rest(self) -> None:
        """Stop nothing: DynamoDB Local is always needed."""


def answered(local: Local, asked: Asked) -> Answer | Said:
    """Have DynamoDB Local answer a request."""
    try:
        return local.ask(asked.operation, asked.measured_body[0], asked.authorization)
    except OSError:
        LOG.exception("DynamoDB Local did not answer")
        return failure("Internal server error")


def failure(sentence: str) -> Answer:
    """Return the error of a request that could not be answered."""
    body = json.dumps({"__type": "com.amazon.coral.service#InternalServerError", "message": sentence})
    return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, body.encode(), error="InternalServerError")
