"""Takes JSON requests for Kinesis past LocalStack's generic parser.

That walks every record through the service's model to decode its data, 4 ms for 500 records, only for the
engine to encode it again. Here the request stays what JSON made of it. CBOR takes LocalStack's way, by the
newest model.
"""

import json
from typing import TYPE_CHECKING, Self

from botocore.model import OperationModel, ServiceModel
from localstack.aws.api import CommonServiceException
from localstack.aws.handlers.service import ServiceRequestParser

from tailrace.kinesis.operations.refused import OPERATIONS
from tailrace.seams import replace

if TYPE_CHECKING:
    from localstack.aws.api import RequestContext


def take_json_past_the_parser(model: ServiceModel) -> None:
    """Let LocalStack's gateway parse Kinesis' JSON requests this way, and all of them by this model."""

    def parse_and_enrich(parser: ServiceRequestParser, context: "RequestContext") -> None:
        if context.service.service_name != model.service_name:
            usual(parser, context)
            return
        context.service = model
        if "cbor" in (context.request.mimetype or ""):
            usual(parser, context)
            return
        name = context.request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if name in context.service.operation_names:
            context.operation = context.service.operation_model(name)
        else:
            context.operation = OperationModel({"name": name}, context.service, name)
        if name not in (*context.service.operation_names, *OPERATIONS):
            raise CommonServiceException("UnknownOperationException", f"Kinesis has no operation {name}.")
        context.service_request = JsonRequest.read(context.request.data)

    usual = replace(ServiceRequestParser, "parse_and_enrich", parse_and_enrich)


class JsonRequest(dict[str, object]):
    """A request as JSON has it. `body` is what stood there, an object or not; None if it was no JSON."""

    def __init__(self, body: object) -> None:
        super().__init__(body if isinstance(body, dict) else {})
        self.body = body

    def __bool__(self) -> bool:
        """Tell LocalStack that there is a request, be it empty; it would parse it once more."""
        return True

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Read a request's body."""
        try:
            return cls(json.loads(data) if data else {})
        except ValueError:
            return cls(None)
