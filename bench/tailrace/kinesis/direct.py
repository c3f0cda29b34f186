"""The short way: requests from the emulator's door to the engine, past all between.

LocalStack's chain of handlers has no part in them but to find out who asks, and to write the line of the log.
All that is asked in JSON takes it; in CBOR puts and reads of records, which say no times: Kinesis' CBOR has
these in milliseconds, which LocalStack's parser knows.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import uuid4

from localstack.aws.accounts import get_account_id_from_access_key_id

from tailrace.door import ways
from tailrace.door.request import HttpResponse
from tailrace.door.tickets import Ticket
from tailrace.kinesis.forms import CBOR, JSON, Form, from_cbor
from tailrace.kinesis.subscriptions import Subscription
from tailrace.protocol.errors import RequestError
from tailrace.protocol.frames import TYPE as STREAM_TYPE
from tailrace.protocol.wire import from_json, plain, response_headers

if TYPE_CHECKING:
    from botocore.model import ServiceModel

    from tailrace.door.request import Pieces
    from tailrace.kinesis.call import Output

IN_CBOR = frozenset({"GetRecords", "PutRecord", "PutRecords"})
type Engine = Callable[[str, tuple[str, str], object], "Output | Subscription"]
type Frames = Callable[[Subscription, Form], "Pieces"]


class KinesisShortWay:
    """Asks the engine."""

    def __init__(self, model: "ServiceModel", engine: Engine, frames: Frames) -> None:
        self._model, self._engine, self._frames = model, engine, frames

    def answer(self, ticket: Ticket, usual: ways.Usual) -> HttpResponse:
        """Return the engine's answer, or LocalStack's to what it has to see."""
        form, body = JSON, None
        kind = ticket.request.named.get("content-type", "").partition(";")[0]
        if ticket.plain and kind == JSON.kind:
            body = from_json(ticket.request.body.read())
        elif ticket.plain and kind == CBOR.kind and ticket.operation in IN_CBOR:
            try:
                form, body = CBOR, plain(from_cbor(ticket.request.body.read()))
            except Exception:  # noqa: BLE001  what is no CBOR: LocalStack says so
                return usual(ticket.request)
        else:
            return usual(ticket.request)
        return self._answered(ticket, form, body)

    def _answered(self, ticket: Ticket, form: Form, body: object) -> HttpResponse:
        place = get_account_id_from_access_key_id(ticket.key), ticket.region
        shared = [*response_headers(str(uuid4())).items(), ways.MARK]
        try:
            said = self._engine(ticket.operation, place, body)
        except RequestError as refusal:
            ways.note(ticket.service, ticket.operation, refusal.status, refusal.code)
            written = form.encode(refusal.as_json(), None)
            return HttpResponse(refusal.status, [("Content-Type", form.kind), *shared], written)
        ways.note(ticket.service, ticket.operation, HTTPStatus.OK)
        if isinstance(said, Subscription):
            frames = self._frames(said, form)
            return HttpResponse(HTTPStatus.OK, [("Content-Type", STREAM_TYPE), *shared], frames)
        shape = self._model.operation_model(ticket.operation).output_shape if form is CBOR else None
        return HttpResponse(HTTPStatus.OK, [("Content-Type", form.kind), *shared], form.encode(said, shape))
