"""LocalStack's DynamoDB service, in front of our DynamoDB Local, with what both leave out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from localstack import config
from localstack.aws import handlers
from localstack.aws.api import CommonServiceException
from localstack.aws.api.dynamodb import ResourceNotFoundException
from localstack.services.dynamodb.provider import DynamoDBProvider as LocalStacksDynamoDB

from tailrace.arns import Arn

from .local import Server, server
from .policies import Policies, PolicyError
from .rules import UNKNOWN

type Answer = dict[str, Any]
type Foreign = Any
"""LocalStack's objects: it ships no types."""


class DynamoDBProvider(LocalStacksDynamoDB):
    """DynamoDB."""

    def __init__(self) -> None:
        super().__init__()
        self._policies = Policies()

    @staticmethod
    def _new_dynamodb_server() -> Server:
        return server()

    def on_after_init(self) -> None:
        """Word what DynamoDB Local calls an unknown operation."""
        super().on_after_init()
        handlers.modify_service_response.append(self.service, _word)

    def describe_endpoints(self, context: object, **rest: object) -> Answer:
        """Return where to ask: here."""
        del context, rest
        address = config.external_service_url().partition("://")[2]
        return {"Endpoints": [{"Address": address, "CachePeriodInMinutes": 1440}]}

    def get_resource_policy(self, context: Foreign, resource_arn: str, **rest: object) -> Answer:
        """Return the policy of a table or stream."""
        del rest
        with self._on(context, resource_arn):
            policy = self._policies.get(resource_arn)
        return {"Policy": policy.text, "RevisionId": policy.revision}

    def put_resource_policy(
        self,
        context: Foreign,
        resource_arn: str,
        policy: str,
        expected_revision_id: str | None = None,
        **rest: object,
    ) -> Answer:
        """Keep a policy of a table or stream."""
        del rest
        with self._on(context, resource_arn):
            return {"RevisionId": self._policies.put(resource_arn, policy, expected_revision_id)}

    def delete_resource_policy(
        self, context: Foreign, resource_arn: str, expected_revision_id: str | None = None, **rest: object
    ) -> Answer:
        """Forget the policy of a table or stream."""
        del rest
        with self._on(context, resource_arn):
            revision = self._policies.delete(resource_arn, expected_revision_id)
        return {"RevisionId": revision} if revision else {}

    def delete_table(self, context: Foreign, table_name: str, **rest: object) -> Foreign:
        """Delete a table, and its policies."""
        deleted = super().delete_table(context, table_name, **rest)
        self._policies.forget(f"arn:aws:dynamodb:{context.region}:{context.account_id}:table/{table_name}")
        return deleted

    @contextmanager
    def _on(self, context: Foreign, arn: str) -> Iterator[None]:
        """Say in AWS's words what is wrong with a policy, or that what it is on does not exist."""
        table = Arn.maybe(arn)
        if table is None or not self.table_exists(context.account_id, context.region, table.name):
            raise ResourceNotFoundException(f"Requested resource not found: ResourcArn: {arn} not found")
        try:
            yield
        except PolicyError as error:
            raise CommonServiceException(type(error).__name__, str(error), 400, sender_fault=True) from None


def _word(chain: object, context: Foreign, response: Foreign) -> None:
    """Word the answer to an operation that DynamoDB Local does not know; LocalStack calls this for each."""
    del chain
    if response.status_code != 400 or UNKNOWN not in response.get_data():  # noqa: PLR2004
        return
    from tailrace.startup.missing import refusal, rendered  # noqa: PLC0415  needs what is loaded by then

    rendered(context, response, refusal(context.service.service_name, context.operation.name))
