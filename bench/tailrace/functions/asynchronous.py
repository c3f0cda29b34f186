"""Asynchronous invocations: what LocalStack's queue of them leaves out.

It tries again, gives up by number and by age, and tells destinations. Left out are the settings of an alias
(it asks for those of the version that the alias stands for), the pause that doubles while there is no
concurrency, and of a dead letter the invocation's id and all that never reached the function. And it invokes
by a client that tries again on its own, which counted each throttled attempt up to five times, and would
invoke a function anew that takes longer than the minute for which the client listens.
"""

import json
import logging
from typing import Any

from botocore.config import Config
from localstack.aws.api.lambda_ import TooManyRequestsException
from localstack.aws.connect import connect_to
from localstack.services.lambda_.analytics import FunctionStatus
from localstack.services.lambda_.invocation.event_manager import Poller, get_sqs_client

from tailrace import seams
from tailrace.arns import Arn

LOG = logging.getLogger(__name__)

type Foreign = Any
"""LocalStack's objects: it ships no types."""

RETRIES = 2
"""Retries of an event whose function fails, where nobody set another number."""
LONGEST_PAUSE = 300
"""Seconds between two attempts while there is no concurrency."""
LONGEST_TEXT = 1024
"""Characters of the error's text that a dead letter has."""
_ANSWERED, _REFUSED = 200, 429
_ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=960)
"""One attempt, longer than any function's."""


def install() -> None:
    """Put our versions in place of LocalStack's."""

    def init(self: Foreign, version_manager: Foreign, event_queue_url: str) -> None:
        made(self, version_manager, event_queue_url)
        function_id = version_manager.function_version.id
        self.lambda_client = connect_to(
            aws_access_key_id=function_id.account, region_name=function_id.region, config=_ONCE
        ).lambda_

    def on_error(self: Foreign, event: Foreign, payload: Foreign, config: Foreign, retries: int) -> None:
        del config, retries
        own = settings(self, event)
        most = RETRIES if own is None or own.maximum_retry_attempts is None else own.maximum_retry_attempts
        usual_on_error(self, event, payload, own, most)

    def on_refusal(self: Foreign, event: Foreign, error: Exception, config: Foreign) -> Foreign:
        del config
        return usual_on_refusal(self, event, error, settings(self, event))

    def on_success(self: Foreign, event: Foreign, payload: Foreign, config: Foreign) -> None:
        del config
        usual_on_success(self, event, payload, settings(self, event))

    made = seams.replace(Poller, "__init__", init)
    usual_on_error = seams.replace(Poller, "_handle_function_error", on_error)
    usual_on_refusal = seams.replace(Poller, "_handle_invoke_exception", on_refusal)
    usual_on_success = seams.replace(Poller, "process_success_destination", on_success)
    seams.replace(Poller, "process_dead_letter_queue", _dead_letter)
    seams.replace(Poller, "process_throttles_and_system_errors", _later)


def settings(poller: Foreign, event: Foreign) -> Foreign:
    """Return the settings of what was invoked, an alias or a version; None without any."""
    asked = Arn.of(event.invocation.invoked_arn).qualifier or "$LATEST"
    return poller.version_manager.function.event_invoke_configs.get(asked)


def _later(self: Foreign, event: Foreign, error: Exception) -> str:
    """Let the event wait, each time twice as long as before."""
    pause = min(2**event.exception_retries, LONGEST_PAUSE)
    event.exception_retries += 1
    get_sqs_client(self.version_manager.function_version).send_message(
        QueueUrl=self.event_queue_url, MessageBody=event.encode(), DelaySeconds=pause
    )
    refused = isinstance(error, TooManyRequestsException) or _code(error) == TooManyRequestsException.code
    return str(FunctionStatus.throttle_error if refused else FunctionStatus.system_error)


def _code(error: Exception) -> str:
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))


def _dead_letter(self: Foreign, event: Foreign, payload: Foreign) -> None:
    """Send an event that is given up to the dead-letter queue or topic; `payload` is the answer, if any."""
    destination = Arn.maybe(self.version_manager.function_version.config.dead_letter_arn)
    if destination is None:
        return
    invocation = event.invocation
    message = json.dumps(json.loads(invocation.payload))
    attributes = dead_letter_attributes(invocation.request_id, payload)
    clients = connect_to(aws_access_key_id=destination.account, region_name=destination.region)
    try:
        if destination.service == "sqs":
            url = clients.sqs.get_queue_url(QueueName=destination.name)["QueueUrl"]
            clients.sqs.send_message(QueueUrl=url, MessageBody=message, MessageAttributes=attributes)
        else:
            clients.sns.publish(TopicArn=str(destination), Message=message, MessageAttributes=attributes)
    except Exception as error:  # noqa: BLE001  whatever it is, the next event is served
        LOG.warning("An event did not reach the dead-letter queue %s: %s", destination, error)


def dead_letter_attributes(request_id: str, payload: dict[str, Any] | None) -> dict[str, Any]:
    """Give the attributes of a dead letter; without an answer the function was never invoked."""
    text = str(payload.get("errorMessage") or "")[:LONGEST_TEXT] if payload else "Rate Exceeded."
    code = _REFUSED if payload is None else _ANSWERED
    given = {
        "RequestID": {"DataType": "String", "StringValue": request_id},
        "ErrorCode": {"DataType": "Number", "StringValue": str(code)},
        "ErrorMessage": {"DataType": "String", "StringValue": text},
    }
    return {name: value for name, value in given.items() if value["StringValue"]}
