"""What LocalStack's core does not do: worded here, in one place, and answered where it is only read.

LocalStack words it in four ways, which send the reader to a licence that changes nothing here, or name
nothing at all ("An unknown operation was requested"). As a refused operation has no effect, the code is one
that no SDK tries again.
"""

import os
from collections.abc import Mapping
from typing import Any

from localstack.aws import skeleton
from localstack.aws.api import CommonServiceException
from localstack.aws.handlers import serve_custom_service_request_handlers
from localstack.aws.handlers import service as service_handlers
from localstack.aws.protocol.serializer import create_serializer
from localstack.services.plugins import SERVICE_PLUGINS

from tailrace.functions.kept import STRICT
from tailrace.seams import replace
from tailrace.startup import absent, parameters

type Foreign = Any
"""LocalStack's objects: it ships no types."""
CODE = "UnsupportedOperationException"


def refusal(service: str, operation: str | None) -> CommonServiceException:
    """Return the error for an operation that is not there, or for a whole service."""
    known = SERVICE_PLUGINS.exists(service)
    said = absent.sentence(service, operation if known else None)
    error = CommonServiceException(CODE, said, 400, sender_fault=True)
    error.error_code = 0  # LocalStack notes it for its statistics
    return error


def install() -> None:
    """Word what is missing, and answer for absent."""

    def worded(service_name: str, operation_name: str | None, status: object) -> CommonServiceException:
        del status
        return refusal(service_name, operation_name)

    def on_not_implemented(
        self: Foreign, serializer: Foreign, context: Foreign, exception: Exception
    ) -> Foreign:
        said = exception.args[0] if exception.args else ""
        if str(said).endswith("action has not been implemented"):  # moto's way to word it
            exception = NotImplementedError()
        return usual(self, serializer, context, exception)

    replace(skeleton, "get_service_availability_exception", worded)
    replace(service_handlers, "get_service_availability_exception", worded)
    usual = replace(skeleton.Skeleton, "on_not_implemented_error", on_not_implemented)
    serve_custom_service_request_handlers.append(before_service)


def before_service(chain: Foreign, context: Foreign, response: Foreign) -> None:
    """Refuse a parameter that is not done, answer a read for none; called for each parsed request."""
    if not context.service or not context.operation:
        return
    service, operation = context.service.service_name, context.operation.name
    request: Mapping[str, Any] = context.service_request or {}
    if said := parameters.sentence(service, operation, request, strict=os.environ.get(STRICT) == "1"):
        rendered(context, response, CommonServiceException(CODE, said, 400, sender_fault=True))
        chain.stop()
        return
    found = absent.answer(service, operation, {"registryId": context.account_id, **request})
    if found is None:
        return
    if isinstance(found, absent.AwsError):
        found = CommonServiceException(found.code, found.message, found.status, sender_fault=True)
    rendered(context, response, found)
    chain.stop()


def rendered(context: Foreign, response: Foreign, what: Mapping[str, Any] | Exception) -> None:
    """Make the response an answer, or an error, in the service's protocol."""
    serializer, headers = create_serializer(context.service, context.protocol), context.request.headers
    if isinstance(what, Exception):
        context.service_response, context.service_exception = None, what
        answer = serializer.serialize_error_to_response(what, context.operation, headers, context.request_id)
    else:
        context.service_response = what
        answer = serializer.serialize_to_response(what, context.operation, headers, context.request_id)
    response.update_from(answer)
