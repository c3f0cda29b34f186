"""A look at every AWS request before its service gets it: refusals, and logs written before they are read."""

import platform
from collections.abc import Mapping
from typing import Any, Protocol

from localstack.aws.api import CommonServiceException
from localstack.aws.api.lambda_ import InvalidParameterValueException

from tailrace.functions import logs
from tailrace.functions.refusals import refusal, too_large
from tailrace.functions.runtimes import installed

_MACHINE = {"aarch64": "arm64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())


class Named(Protocol):
    """An operation."""

    name: str


class Service(Protocol):
    """A service."""

    service_name: str


class HttpRequest(Protocol):
    """The HTTP request."""

    content_length: int | None
    headers: Mapping[str, str]


class Context(Protocol):
    """What LocalStack knows of a request."""

    request: HttpRequest
    service: Service | None
    operation: Named | None
    service_request: Mapping[str, Any] | None


def before_service(chain: object, context: Context, response: object) -> None:
    """LocalStack calls this for each request that it could parse."""
    del chain, response
    service = context.service.service_name if context.service else ""
    if service == "logs":
        logs.flush()
    elif service == "lambda" and context.operation:
        if context.operation.name == "Invoke":
            _check_size(context.request)
            return
        sentence = refusal(context.operation.name, context.service_request or {}, list(installed()), _MACHINE)
        if sentence and sentence.startswith("1 validation error"):
            raise CommonServiceException("ValidationException", sentence, sender_fault=True)
        if sentence:
            raise InvalidParameterValueException(sentence, Type="User")


def _check_size(request: HttpRequest) -> None:
    complaint = too_large(request.content_length or 0, request.headers.get("X-Amz-Invocation-Type", ""))
    if complaint:
        raise CommonServiceException("RequestEntityTooLargeException", complaint, 413, sender_fault=True)
