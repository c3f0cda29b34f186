"""The short way: from the emulator's door to DynamoDB Local and back, past all between (see `rules.py`)."""

import logging
import threading
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from localstack import config
from localstack.aws.accounts import get_account_id_from_access_key_id
from localstack.services.dynamodb.models import dynamodb_stores
from localstack.services.dynamodb.utils import get_ddb_access_key
from localstack.services.dynamodbstreams.models import dynamodbstreams_stores

from tailrace import cloudwatch
from tailrace.clock import CLOCK
from tailrace.cloudwatch.cells import key, repeated
from tailrace.door import ways
from tailrace.door.request import HttpRequest, HttpResponse
from tailrace.door.tickets import Ticket

from . import measures, names, rules
from .connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from .local import DynamoDBServer

LOG = logging.getLogger(__name__)
NAMESPACE = "AWS/DynamoDB"
PER_HOP = {"connection", "keep-alive", "server", "transfer-encoding", "date"}


class DynamoDBShortWay:
    """Hands requests to DynamoDB Local over a connection that each thread keeps."""

    def __init__(self, server: "DynamoDBServer") -> None:
        self._server = server
        self._kept = threading.local()

    def answer(self, ticket: Ticket, usual: ways.Usual) -> HttpResponse:
        """Answer a request, with names in place of ARNs, and publish what it consumed."""
        asked = body = ticket.request.body.read()
        rewrites: list[Callable[[bytes], bytes]] = []
        if ticket.operation in rules.OPERATIONS and _is_legible(ticket.request):
            asked, by_itself = measures.asking(body)
            rewrites.append(RequestMeasure(ticket, asked, by_itself).rewrite)
        if renamed := names.renamed(ticket.operation, asked, ticket.region):
            asked = renamed.body
            rewrites.append(renamed.restored)
        if asked is not body:
            ticket.request.put(asked)
        return ways.rewritten(self._answer(ticket, usual), *rewrites)

    def _answer(self, ticket: Ticket, usual: ways.Usual) -> HttpResponse:
        """Return DynamoDB Local's answer, or LocalStack's, if it has to see the request."""
        name = ticket.operation
        if not ticket.plain or name not in rules.OPERATIONS:
            return usual(ticket.request)
        account = get_account_id_from_access_key_id(ticket.key)
        body = ticket.request.body.read()
        if self._watched(account, ticket.region) or not rules.plain(body):
            return usual(ticket.request) if rules.is_object(body) else rules.worded(name, body, _failed())
        named = ticket.request.named
        space = get_ddb_access_key(account, ticket.region)
        headers = {
            "Authorization": rules.readdressed(named["authorization"], space),
            "Content-Type": named.get("content-type", "application/x-amz-json-1.0"),
            "X-Amz-Target": rules.PREFIX + name,
        }
        answer = rules.worded(name, body, self._ask(body, headers))
        ways.note("dynamodb", name, answer.status, rules.error(answer))
        return answer

    def _watched(self, account: str, region: str) -> bool:
        """Tell whether LocalStack has a part in what happens to these tables."""
        if not self._server.is_running():
            return True
        if (
            config.DYNAMODB_ERROR_PROBABILITY
            or config.DYNAMODB_READ_ERROR_PROBABILITY
            or config.DYNAMODB_WRITE_ERROR_PROBABILITY
        ):
            return True
        if account not in dynamodb_stores or region not in dynamodb_stores[account]:
            return True
        tables = dynamodb_stores[account][region]
        if any(tables.streaming_destinations.values()) or any(tables.REPLICAS.values()):
            return True
        streams = dynamodbstreams_stores.get(account, {})
        return region in streams and bool(streams[region].ddb_streams)

    def _ask(self, body: bytes, headers: dict[str, str]) -> HttpResponse:
        kept: Connection | None = getattr(self._kept, "connection", None)
        if kept is None:
            kept = self._kept.connection = Connection(self._server.host, self._server.port)
        try:
            said = kept.ask(headers, body)
        except OSError:
            LOG.exception("DynamoDB Local did not answer")
            return _failed()
        passed = [(name, value) for name, value in said.headers if name.lower() not in PER_HOP]
        return HttpResponse(said.status, [*passed, ways.MARK], said.body)


def _is_legible(request: HttpRequest) -> bool:
    return request.named.get("content-encoding", "identity").lower() == "identity"


def _failed() -> HttpResponse:
    body = b'{"__type":"com.amazon.coral.service#InternalServerError","message":"Internal server error"}'
    return HttpResponse(
        HTTPStatus.INTERNAL_SERVER_ERROR, [("Content-Type", "application/x-amz-json-1.0")], body
    )


class RequestMeasure:
    """Publishes what became of one request, and takes what was not asked for out of its answer."""

    def __init__(self, ticket: Ticket, asked: bytes, by_itself: bool) -> None:  # noqa: FBT001  as it comes
        self._ticket, self._asked, self._by_itself = ticket, asked, by_itself
        self._began = time.perf_counter()

    def rewrite(self, answer: bytes) -> bytes:
        """Take the answer, and return what the client is to see of it."""
        taken = (time.perf_counter() - self._began) * 1000
        rest, units = measures.consumed(answer)
        place = get_account_id_from_access_key_id(self._ticket.key), self._ticket.region
        for sample in measures.samples(self._ticket.operation, self._asked, answer, units, taken):
            _publish(place, sample)
        return answer if self._by_itself else rest


def _publish(place: tuple[str, str], sample: measures.RequestSample) -> None:
    named = {"TableName": sample.table, "Operation": sample.operation}
    dimensions = {key: value for key, value in named.items() if value is not None}
    which = key((*place,), (NAMESPACE, sample.name, sample.unit), dimensions, CLOCK.now())
    cloudwatch.add(which, repeated(sample.value, 1))


def install(server: "DynamoDBServer") -> None:
    """Let requests for DynamoDB take the short way from now on."""
    ways.WAYS["dynamodb"] = DynamoDBShortWay(server).answer
