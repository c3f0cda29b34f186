"""An error in the protocol of the request: JSON here, every other by LocalStack's own serializers."""

import json
from typing import Any
from uuid import uuid4
from zlib import crc32

from localstack.aws.api import CommonServiceException
from localstack.aws.protocol.serializer import create_serializer
from localstack.aws.spec import load_service

from tailrace.door.request import HttpRequest, HttpResponse

from .words import CANCELLED, DYNAMODB, Worded

JSON = "application/x-amz-json-"


def refused(request: HttpRequest, service: str, operation: str, error: Worded) -> HttpResponse:
    """Return the answer that says an error."""
    request_id = str(uuid4())
    kind = request.named.get("content-type", "")
    if kind.startswith(JSON):
        return _json(kind, service, error, request_id)
    model = load_service(service)
    refusal: Any = CommonServiceException(error.code, error.message, error.status)
    vars(refusal).update(error.fields)
    serializer: Any = create_serializer(model, _protocol(request, model))
    headers = {"Content-Type": kind} if kind else {}
    said = serializer.serialize_error_to_response(
        refusal, model.operation_model(operation), headers, request_id
    )
    return HttpResponse(said.status_code, list(said.headers.items()), said.get_data())


def _json(kind: str, service: str, error: Worded, request_id: str) -> HttpResponse:
    own = service == "dynamodb" and error.code != "ThrottlingException"
    named = f"{DYNAMODB}{error.code}" if own else error.code
    text = "Message" if error.code == CANCELLED else "message"
    body = json.dumps({"__type": named, text: error.message, **error.fields}).encode()
    return HttpResponse(
        error.status,
        [
            ("Content-Type", kind),
            ("x-amzn-RequestId", request_id),
            ("x-amz-crc32", str(crc32(body))),
            ("Content-Length", str(len(body))),
        ],
        body,
    )


def _protocol(request: HttpRequest, model: Any) -> str:  # noqa: ANN401  botocore's, untyped there
    """Return the protocol of a request, of those that its service speaks."""
    if request.named.get("smithy-protocol") == "rpc-v2-cbor":
        return "smithy-rpc-v2-cbor"
    form = request.named.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return "query" if form else str(model.protocol)
