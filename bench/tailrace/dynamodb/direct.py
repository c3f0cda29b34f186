"""The short way: from LocalStack's door to DynamoDB Local and back, past all between (see `rules.py`)."""

import http.client
import logging
import select
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
from tailrace.door.request import Answer, Request

from . import measures, names, rules

if TYPE_CHECKING:
    from .local import Server

LOG = logging.getLogger("localstack.request.aws")  # where LocalStack logs requests
NAMESPACE = "AWS/DynamoDB"
PATIENCE = 60.0  # seconds
PER_HOP = {"connection", "keep-alive", "server", "transfer-encoding", "date"}


class ShortWay:
    """Hands requests to DynamoDB Local over a connection that each thread keeps."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._kept = threading.local()

    def answer(self, request: Request) -> Answer | None:
        """Return DynamoDB Local's answer; None, with the request untouched, if LocalStack has to see it."""
        name = rules.operation(request.method, request.named)
        authorization = request.named.get("authorization", "")
        who = rules.signed(authorization) if name else None
        if name is None or who is None:
            return None
        account = get_account_id_from_access_key_id(who.key)
        body = request.body.read()
        if self._watched(account, who.region) or not rules.plain(body):
            return None if rules.is_object(body) else rules.worded(name, body, _failed())
        space = get_ddb_access_key(account, who.region)
        headers = {
            "Authorization": rules.readdressed(authorization, space),
            "Content-Type": request.named.get("content-type", "application/x-amz-json-1.0"),
            "X-Amz-Target": rules.PREFIX + name,
        }
        answer = rules.worded(name, body, self._ask(body, headers))
        code = rules.error(answer)
        said = f"{answer.status} ({code})" if code else answer.status
        LOG.info("AWS dynamodb.%s => %s", name, said)
        return answer

    def _watched(self, account: str, region: str) -> bool:
        """Tell whether LocalStack has a part in what happens to these tables, or is to log all of it."""
        if not self._server.is_running() or LOG.isEnabledFor(logging.DEBUG):
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

    def _ask(self, body: bytes, headers: dict[str, str]) -> Answer:
        connection = self._connection()
        try:
            connection.request("POST", "/", body, headers)
            found = connection.getresponse()
            said = found.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            LOG.exception("DynamoDB Local did not answer")
            return _failed()
        passed = [(key, value) for key, value in found.getheaders() if key.lower() not in PER_HOP]
        return Answer(found.status, passed, said)

    def _connection(self) -> http.client.HTTPConnection:
        """Return this thread's connection; one that the other side has closed meanwhile is made anew."""
        kept: http.client.HTTPConnection | None = getattr(self._kept, "connection", None)
        if kept is None:
            kept = self._kept.connection = http.client.HTTPConnection(
                self._server.host, self._server.port, timeout=PATIENCE
            )
        elif kept.sock is not None and select.select([kept.sock], [], [], 0)[0]:
            kept.close()
        return kept


def _failed() -> Answer:
    body = b'{"__type":"com.amazon.coral.service#InternalServerError","message":"Internal server error"}'
    return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, [("Content-Type", "application/x-amz-json-1.0")], body)


def install(server: "Server") -> None:
    """Let requests for DynamoDB take the short way from now on."""
    ways.SHORT_WAYS.append(ShortWay(server).answer)
    ways.REWRITES += [measure, take_names]  # what was consumed is taken out before ARNs are put back in


def take_names(request: Request) -> ways.Mend | None:
    """Put tables' names in place of their ARNs in a request for DynamoDB, and ARNs back into the answer."""
    target = request.named["x-amz-target"]
    who = rules.signed(request.named.get("authorization", "")) if target.startswith(rules.PREFIX) else None
    found = names.renamed(target[len(rules.PREFIX) :], request.body.read(), who.region) if who else None
    if found is None:
        return None
    ways.reread(request, found.body)
    return found.restored


def measure(request: Request) -> ways.Mend | None:
    """Have a request for items say what it consumes, and publish that and what became of it."""
    target = request.named["x-amz-target"]
    name = target[len(rules.PREFIX) :] if target.startswith(rules.PREFIX) else ""
    who = rules.signed(request.named.get("authorization", "")) if name in rules.OPERATIONS else None
    if who is None or "content-encoding" in request.named:
        return None
    place = get_account_id_from_access_key_id(who.key), who.region
    asked, by_themselves = measures.asking(request.body.read())
    ways.reread(request, asked)
    began = time.perf_counter()

    def mend(answer: bytes) -> bytes:
        taken = (time.perf_counter() - began) * 1000
        rest, units = measures.consumed(answer)
        for sample in measures.samples(name, asked, answer, units, taken):
            _publish(place, sample)
        return answer if by_themselves else rest

    return mend


def _publish(place: tuple[str, str], sample: measures.Sample) -> None:
    named = {"TableName": sample.table, "Operation": sample.operation}
    dimensions = {key: value for key, value in named.items() if value is not None}
    which = key((*place,), (NAMESPACE, sample.name, sample.unit), dimensions, CLOCK.now())
    cloudwatch.add(which, repeated(sample.value, 1))
