"""The AWS clients: made once for each Lambda environment, here and nowhere else.

No endpoint, region or credentials stand here: Lambda's environment gives them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from handler.once import wire
from handler.once.metrics import MetricSums, metric_data
from handler.once.quarantine import QuarantineQueue
from handler.once.settings import FunctionSettings
from handler.once.settle import Services
from handler.once.store import Store, TransientError

if TYPE_CHECKING:
    from botocore.session import Session as BotocoreSession
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_sqs import SQSClient

CONNECT_SECONDS = 1
ANSWER_SECONDS = 4
ATTEMPTS = 4
LONGEST_CALL = ATTEMPTS * (CONNECT_SECONDS + ANSWER_SECONDS) + sum(
    1 << retry for retry in range(ATTEMPTS - 1)
)
"""Seconds that one call can take at worst: every attempt runs out, and the longest pauses between them."""

CONFIG = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=ANSWER_SECONDS,
    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    parameter_validation=False,
    tcp_keepalive=True,
    user_agent="Tailrace",  # botocore's own is put together anew for each call, a fifth of what a call costs
)


def services(settings: FunctionSettings, core: "BotocoreSession | None" = None) -> Services:
    """Return the AWS side of the pipeline; without a session, the environment's over kept connections."""
    if core is None:
        core = get_session()
        wire.register(core, CONNECT_SECONDS, ANSWER_SECONDS)
    session = boto3.Session(botocore_session=core)
    dynamodb = _DynamoDB(session.client("dynamodb", config=CONFIG))
    return Services(
        Store(dynamodb, settings.results_table, settings.ledger_table, settings.retention_days),
        _queue(session.client("sqs", config=CONFIG), settings.quarantine_url),
        _Publisher(session.client("cloudwatch", config=CONFIG), settings.namespace),
    )


class _DynamoDB:
    """DynamoDB's calls. A transaction is text already: botocore signs, sends, repeats and reads, no more."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self._methods = {
            name: getattr(client, method) for method, name in client.meta.method_to_api_mapping.items()
        }
        take: Any = _take  # the stubs know no hook that returns parameters
        client.meta.events.register("provide-client-params.dynamodb.TransactWriteItems", take)
        client.meta.events.register("before-call.dynamodb.TransactWriteItems", _give)

    def transact(self, request: bytes) -> object:
        """Call TransactWriteItems with a request in JSON."""
        return self._methods["TransactWriteItems"](text=request)

    def ask(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Call an operation; return the answer."""
        answer: dict[str, Any] = self._methods[operation](**request)
        return answer


def _take(params: dict[str, Any], context: dict[str, Any], **_: object) -> dict[str, Any]:
    context["text"] = params["text"]
    return {}


def _give(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    params["body"] = context["text"]


def _queue(client: "SQSClient", url: str) -> QuarantineQueue:
    def send(messages: Sequence[tuple[str, str]]) -> set[str]:
        entries = [{"Id": name, "MessageBody": body} for name, body in messages]
        answer = client.send_message_batch(QueueUrl=url, Entries=entries)  # type: ignore[arg-type]
        return {failed["Id"] for failed in answer.get("Failed", [])}

    return send


class _Publisher:
    """PutMetricData: once for a batch."""

    def __init__(self, client: "CloudWatchClient", namespace: str) -> None:
        self._client = client
        self._namespace = namespace

    def __call__(self, tally: MetricSums) -> None:
        try:
            for data in metric_data(tally):
                self._client.put_metric_data(Namespace=self._namespace, MetricData=data)
        except (ClientError, BotoCoreError) as error:
            raise TransientError(f"PutMetricData: {type(error).__name__}") from error
