"""Resources of types that LocalStack does not make: refused, or kept without effect.

LocalStack calls each of them made. Of a user pool or a dashboard of another service that is true enough for a
bench. What would carry events, or work on them, must not be missing without a word: it is refused by name.
"""

import os
from collections.abc import Iterable

from localstack import config
from localstack.http import Response
from localstack.services.cloudformation import resource_provider as stock
from localstack.services.cloudformation.engine.v2 import change_set_model_executor
from localstack.services.cloudformation.models import get_cloudformation_store
from localstack.services.edge import ROUTER

from tailrace.cloudformation import properties, put_whole
from tailrace.cloudformation.foreign import Foreign
from tailrace.functions.kept import STRICT
from tailrace.seams import replace

KEPT_PATH = "/_tailrace/kept/<account>/<region>"
SKIP = "CFN_IGNORE_UNSUPPORTED_TYPE_CREATE"
"""LocalStack's own setting: types that are passed over, comma-separated."""
_OF_EVENTS = frozenset(
    (
        *("AmazonMQ", "AppFlow", "Batch", "CloudWatch", "DMS", "DynamoDB", "Events", "IoT", "IoTAnalytics"),
        *("KafkaConnect", "Kinesis", "KinesisAnalytics", "KinesisAnalyticsV2", "KinesisFirehose"),
        *("KinesisVideo", "Lambda", "Logs", "MSK", "Pipes", "SNS", "SQS", "Scheduler", "StepFunctions"),
    )
)
"""Services whose resources carry events, keep them, work on them or watch over them."""
_IDLE = ("Policy", "AWS::Logs::QueryDefinition")
"""How types of theirs end that do nothing of this; policies are not enforced here."""


def sentence(kind: str) -> str | None:
    """Say why a resource of a type that nobody makes here is refused; None where it is kept.

    >>> sentence("AWS::Cognito::UserPool")
    >>> sentence("AWS::SNS::TopicInlinePolicy")
    """
    if kind in config.CFN_IGNORE_UNSUPPORTED_TYPE_CREATE:
        return None
    strict = os.environ.get(STRICT) == "1"
    if not strict and not _carries_events(kind):
        return None
    return (
        f"{kind} is not done by this emulator: what needs it can only be tried on AWS. To deploy the rest of "
        f"the template without it: tailrace start --set {SKIP}={kind}"
    )


def _carries_events(kind: str) -> bool:
    parts = kind.split("::")
    return parts[0] == "AWS" and len(parts) > 1 and parts[1] in _OF_EVENTS and not kind.endswith(_IDLE)


def install() -> None:
    """Judge each such resource, and say in the stack's events why; list what is kept."""

    def is_kept(resource_type: str, change_set_type: object) -> bool:
        del change_set_type
        return sentence(resource_type) is None

    replace(change_set_model_executor, "should_ignore_unsupported_resource_type", is_kept)
    ROUTER.add(KEPT_PATH, _kept)


def worded(event: Foreign, kind: str) -> Foreign:
    """Let a resource's failure say what is missing, if that is its reason."""
    if event.message == f"Resource type {kind} not supported":
        event.message = sentence(kind) or event.message
    return event


def _kept(_request: object, account: str, region: str) -> Response:
    """Answer with a line for each stack that has resources which are only kept."""
    made = {*stock.plugin_manager.list_names(), *put_whole.OURS}
    store = get_cloudformation_store(account, region)
    lines = [
        f"{stack.stack_name}: {', '.join(kinds)}"
        for stack in store.stacks_v2.values()
        if stack.status != "DELETE_COMPLETE" and (kinds := _not_made(stack.resolved_resources.values(), made))
    ]
    return Response.for_json(lines)


def _not_made(resources: Iterable[Foreign], made: set[str]) -> list[str]:
    """Name the types that nobody makes, and the properties of others that are only kept."""
    found = set()
    for one in resources:
        kind = str(one.get("Type", ""))
        if kind.startswith("AWS::") and kind not in made:
            found.add(kind)
        found |= {f"{kind} {name}" for name in properties.kept(kind, one.get("SpecifiedProperties") or {})}
    return sorted(found)
