"""A look at every AWS request before its service gets it: refusals, and logs written before they are read."""

import os
from collections.abc import Mapping
from typing import Any, Protocol

from localstack.aws.api import CommonServiceException
from localstack.aws.api.lambda_ import InvalidParameterValueException
from localstack.services.lambda_.invocation.models import lambda_stores

from tailrace.functions import keys, logs
from tailrace.functions.kept import STRICT
from tailrace.functions.layers import provide
from tailrace.functions.refusals import FUNCTION, VIOLATION, refusal, too_large
from tailrace.functions.versions import HOME


class NamedOperation(Protocol):
    """An operation."""

    name: str


class Service(Protocol):
    """A service."""

    service_name: str


class SizedRequest(Protocol):
    """The HTTP request."""

    content_length: int | None
    headers: Mapping[str, str]


class RequestContext(Protocol):
    """What LocalStack knows of a request."""

    request: SizedRequest
    service: Service | None
    operation: NamedOperation | None
    service_request: Mapping[str, Any] | None
    account_id: str
    region: str


def before_service(chain: object, context: RequestContext, response: object) -> None:
    """LocalStack calls this for each request that it could parse."""
    del chain, response
    service = context.service.service_name if context.service else ""
    if service == "logs":
        logs.flush()
    elif service == "lambda" and context.operation:
        if context.operation.name == "Invoke":
            _check_size(context.request)
            return
        request = context.service_request or {}
        strict = os.environ.get(STRICT) == "1"
        operation = context.operation.name
        sentence = refusal(operation, request, HOME, strict=strict) or _foreign(context, request)
        if sentence and VIOLATION.match(sentence):
            raise CommonServiceException("ValidationException", sentence, sender_fault=True)
        if sentence:
            raise InvalidParameterValueException(sentence, Type="User")
        if operation in FUNCTION:
            keys.note(operation, request, context.account_id, context.region)


def _foreign(context: RequestContext, request: Mapping[str, Any]) -> str | None:
    """Find layers of other accounts; LocalStack would have them fetched from AWS."""
    if not context.operation or context.operation.name not in FUNCTION:
        return None
    asked = request.get("Layers") or ()
    return next(filter(None, (provide(arn, context.account_id, lambda_stores) for arn in asked)), None)


def _check_size(request: SizedRequest) -> None:
    complaint = too_large(request.content_length or 0, request.headers.get("X-Amz-Invocation-Type", ""))
    if complaint:
        raise CommonServiceException("RequestEntityTooLargeException", complaint, 413, sender_fault=True)
