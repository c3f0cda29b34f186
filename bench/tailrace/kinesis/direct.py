"""The short way: puts and reads in JSON from the emulator's door to the engine, past all between.

LocalStack's chain of handlers has no part in them but to find out who asks, and to write the line of the log.
CBOR, and whatever is no put or read, takes LocalStack's way.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import uuid4

from localstack.aws.accounts import get_account_id_from_access_key_id

from tailrace.door import ways
from tailrace.door.request import HttpResponse
from tailrace.door.tickets import Ticket
from tailrace.kinesis.parser import JsonRequest
from tailrace.protocol.errors import RequestError
from tailrace.protocol.wire import JSON_TYPE, response_headers, to_json

if TYPE_CHECKING:
    from tailrace.kinesis.call import Output
    from tailrace.kinesis.subscriptions import Subscription

OPERATIONS = frozenset({"GetRecords", "GetShardIterator", "PutRecord", "PutRecords"})
type Engine = Callable[[str, tuple[str, str], object], "Output | Subscription"]


class KinesisShortWay:
    """Asks the engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def answer(self, ticket: Ticket, usual: ways.Usual) -> HttpResponse:
        """Return the engine's answer, or LocalStack's to what it has to see."""
        request, name = ticket.request, ticket.operation
        kind = request.named.get("content-type", "").partition(";")[0]
        if not ticket.plain or name not in OPERATIONS or kind != JSON_TYPE:
            return usual(request)
        place = get_account_id_from_access_key_id(ticket.key), ticket.region
        body = JsonRequest.read(request.body.read()).body
        status, code = HTTPStatus.OK.value, ""
        try:
            said = self._engine(name, place, body)
        except RequestError as refusal:
            status, code, said = refusal.status, refusal.code, refusal.as_json()
        ways.note(ticket.service, name, status, code)
        headers = [("Content-Type", JSON_TYPE), *response_headers(str(uuid4())).items(), ways.MARK]
        return HttpResponse(status, headers, to_json(said))  # type: ignore[arg-type]  # no subscription: see OPERATIONS
