"""The short way: from the emulator's door to the tables and back, past all between (see `rules.py`)."""

import time
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import uuid4
from zlib import crc32

from localstack import config
from localstack.aws.accounts import get_account_id_from_access_key_id
from localstack.services.dynamodb.models import dynamodb_stores
from localstack.services.dynamodb.utils import get_ddb_access_key
from localstack.services.dynamodbstreams.models import dynamodbstreams_stores

from tailrace import cloudwatch
from tailrace.door import ways
from tailrace.door.request import HttpRequest, HttpResponse
from tailrace.door.tickets import Ticket

from . import measures, names, noting, rules
from .connection import Said
from .home import Home
from .outside import AllThere, Asked

if TYPE_CHECKING:
    from collections.abc import Callable

JSON_TYPE = ("Content-Type", "application/x-amz-json-1.0")
PER_HOP = {"connection", "keep-alive", "server", "transfer-encoding", "date"}


class DynamoDBShortWay:
    """Hands requests to where the tables are."""

    def __init__(self, home: Home | AllThere) -> None:
        self._home = home

    def answer(self, ticket: Ticket, usual: ways.Usual) -> HttpResponse:
        """Answer a request, with names in place of ARNs, and publish what it consumed."""
        asked = body = ticket.request.body.read()
        rewrites: list[Callable[[bytes], bytes]] = []
        has_arns = names.has_arn(body)
        if has_arns and (renamed := names.renamed(ticket.operation, body, ticket.region)):
            asked = renamed.body
            has_arns = names.has_arn(asked)
            rewrites.append(renamed.restored)
        if ticket.plain and ticket.operation in rules.OPERATIONS:
            account, space = _space(ticket.key, ticket.region)
            if not has_arns and not _watched(account, ticket.region, asked):
                return ways.rewritten(self._answer(ticket, account, space, asked), *rewrites)
            if not rules.is_object(asked):
                return HttpResponse(HTTPStatus.BAD_REQUEST, _headers(rules.NO_JSON), rules.NO_JSON)
        if ticket.operation in rules.OPERATIONS and _is_legible(ticket.request):
            asked, by_itself = measures.asking(asked)
            rewrites.insert(0, RequestMeasure(ticket, asked, by_itself).rewrite)
        if asked is not body:
            ticket.request.put(asked)
        return ways.rewritten(usual(ticket.request), *rewrites)

    def _answer(self, ticket: Ticket, account: str, space: str, body: bytes) -> HttpResponse:
        """Return the answer from where the table is."""
        name, began = ticket.operation, time.perf_counter()
        signed = ticket.request.named["authorization"]
        asked = Asked(space, name, body, signed, measured=True)
        found = self._home.ask(asked)
        taken = (time.perf_counter() - began) * 1000
        if isinstance(found, Said):
            return _forwarded(ticket, asked, found, taken)
        if found.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            noting.note((account, ticket.region), measures.counted(name, found, taken))
        else:
            noting.note((account, ticket.region), measures.samples(name, body, found.body, {}, taken))
        ways.note("dynamodb", name, found.status, found.error)
        said = rules.in_aws_words(name, found.body) if found.error else found.body
        return HttpResponse(found.status, _headers(said), said)


def _forwarded(ticket: Ticket, asked: Asked, said: Said, taken: float) -> HttpResponse:
    """Return what DynamoDB Local said, as AWS words it, and publish what it consumed."""
    passed = [(name, value) for name, value in said.headers if name.lower() not in PER_HOP]
    answer = rules.worded(
        asked.operation, asked.body, HttpResponse(said.status, [*passed, ways.MARK], said.body)
    )
    ways.note("dynamodb", ticket.operation, answer.status, rules.error(answer))
    return ways.rewritten(answer, RequestMeasure(ticket, *asked.measured_body, taken).rewrite)


def _headers(body: bytes) -> list[tuple[str, str]]:
    return [
        JSON_TYPE,
        ("x-amzn-RequestId", str(uuid4())),
        (rules.CHECKSUM, str(crc32(body))),
        ways.MARK,
    ]


@lru_cache(1024)
def _space(access_key: str, region: str) -> tuple[str, str]:
    """Return an account, and the space of its tables in a region."""
    account: str = get_account_id_from_access_key_id(access_key)
    return account, get_ddb_access_key(account, region)


def _watched(account: str, region: str, body: bytes) -> bool:
    """Tell whether LocalStack has a part in what a request does: it may write to a table with a stream."""
    if (
        config.DYNAMODB_ERROR_PROBABILITY
        or config.DYNAMODB_READ_ERROR_PROBABILITY
        or config.DYNAMODB_WRITE_ERROR_PROBABILITY
    ):
        return True
    # Not by `[…]`: the stores of LocalStack make there what is not there, after looking at each name.
    tables = dict.get(dict.get(dynamodb_stores, account, {}), region)
    if tables is None or any(tables.REPLICAS.values()):
        return True
    streams = dict.get(dict.get(dynamodbstreams_stores, account, {}), region)
    watched = [*tables.streaming_destinations, *(streams.ddb_streams if streams else ())]
    return bool(watched) and rules.may_name(body, watched)


def _is_legible(request: HttpRequest) -> bool:
    return request.named.get("content-encoding", "identity").lower() == "identity"


class RequestMeasure:
    """Publishes what became of one request, and takes what was not asked for out of its answer.

    `taken`, in milliseconds, is counted from now on where it is not known.
    """

    def __init__(self, ticket: Ticket, asked: bytes, by_itself: bool, taken: float | None = None) -> None:  # noqa: FBT001  as it comes
        self._ticket, self._asked, self._by_itself, self._taken = ticket, asked, by_itself, taken
        self._began = time.perf_counter()

    def rewrite(self, answer: bytes) -> bytes:
        """Take the answer, and return what the client is to see of it."""
        taken = self._taken
        if taken is None:
            taken = (time.perf_counter() - self._began) * 1000
        rest, units = measures.consumed(answer)
        account, _ = _space(self._ticket.key, self._ticket.region)
        samples = measures.samples(self._ticket.operation, self._asked, answer, units, taken)
        noting.note((account, self._ticket.region), samples)
        return answer if self._by_itself else rest


def install(home: Home | AllThere) -> None:
    """Let requests for DynamoDB take the short way from now on."""
    cloudwatch.before_flush(noting.record_noted)
    ways.WAYS["dynamodb"] = DynamoDBShortWay(home).answer
