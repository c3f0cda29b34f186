"""LocalStack's DynamoDB service, in front of our tables and DynamoDB Local, with what both leave out."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from localstack import config
from localstack.aws import handlers
from localstack.aws.api import CommonServiceException, handler
from localstack.aws.api.dynamodb import ResourceNotFoundException
from localstack.services.dynamodb import provider
from localstack.services.dynamodb.provider import DynamoDBProvider as LocalStacksDynamoDB
from localstack.services.dynamodb.provider import get_store, get_table_stream_type, get_updated_records
from localstack.services.dynamodb.utils import ItemFinder
from localstack.services.edge import ROUTER
from rolo import Response

from tailrace.arns import Arn
from tailrace.seams import replace

from . import direct, expiry
from .changes import table_of
from .forwarder import Forwarder
from .forwarding import HomeForwarding
from .java import needed
from .listing import PATH
from .local import DynamoDBServer, home, server
from .policies import Policies, PolicyError
from .rules import UNKNOWN

type Output = dict[str, Any]
PRECISION = "ApproximateCreationDateTimePrecision"
type Foreign = Any
"""LocalStack's objects: it ships no types."""


class DynamoDBProvider(LocalStacksDynamoDB):
    """DynamoDB."""

    def __init__(self) -> None:
        super().__init__()
        self.home = home()
        forwarding = HomeForwarding(self.home)
        forwarding.install()
        self.server.proxy = forwarding.proxy(self.server.url)
        self._event_forwarder: Foreign = Forwarder()  # of the one that LocalStack has made no thread runs yet
        self._policies = Policies()
        self._who = threading.local()
        replace(provider, "delete_expired_items", expiry.delete_expired_items)
        # DynamoDB says itself what is wrong with a query of an index, and names it.
        replace(provider, "is_index_query_valid", lambda account_id, region_name, query_data: True)  # noqa: ARG005

    @staticmethod
    def _new_dynamodb_server() -> DynamoDBServer:
        return server()

    def on_before_start(self) -> None:
        """Begin to look for items whose time to live is over, and open the short way."""
        super().on_before_start()
        expiry.schedule()
        direct.install(self.home)
        ROUTER.add(PATH, self._places, methods=["GET"])
        self.home.start()  # may fail; then each request is told

    def _places(self, request: Foreign) -> Response:
        """Say where the tables are."""
        del request
        moved = [one._asdict() for one in self.home.moved()]
        return Response.for_json({"all_there": needed(os.environ), "moved": moved})

    def on_before_state_reset(self) -> None:
        """Forget all tables."""
        super().on_before_state_reset()
        self.home.forget()

    def on_after_state_reset(self) -> None:
        """Be as after the start."""
        super().on_after_state_reset()
        self.home.start()

    def on_after_init(self) -> None:
        """Word what DynamoDB Local calls an unknown operation."""
        super().on_after_init()
        handlers.modify_service_response.append(self.service, _word)

    def describe_endpoints(self, context: object, **rest: object) -> Output:
        """Return where to ask: here."""
        del context, rest
        address = config.external_service_url().partition("://")[2]
        return {"Endpoints": [{"Address": address, "CachePeriodInMinutes": 1440}]}

    def get_resource_policy(self, context: Foreign, resource_arn: str, **rest: object) -> Output:
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
    ) -> Output:
        """Keep a policy of a table or stream."""
        del rest
        with self._on(context, resource_arn):
            return {"RevisionId": self._policies.put(resource_arn, policy, expected_revision_id)}

    def delete_resource_policy(
        self, context: Foreign, resource_arn: str, expected_revision_id: str | None = None, **rest: object
    ) -> Output:
        """Forget the policy of a table or stream."""
        del rest
        with self._on(context, resource_arn):
            revision = self._policies.delete(resource_arn, expected_revision_id)
        return {"RevisionId": revision} if revision else {}

    @handler("DeleteItem", expand=False)
    def delete_item(self, context: Foreign, delete_item_input: Output) -> Foreign:
        """Delete an item; the streams say so if DynamoDB itself does it, because its time is over."""
        internal = context.internal_request_params or {}
        self._who.is_dynamodb = internal.get("service_principal") == expiry.PRINCIPAL
        try:
            return super().delete_item(context, delete_item_input)
        finally:
            self._who.is_dynamodb = False

    def forward_stream_records(self, account_id: str, region_name: str, records_map: Output) -> None:
        """Bring changes on to the streams, with who made them if it was DynamoDB."""
        if getattr(self._who, "is_dynamodb", False):
            for changed in records_map.values():
                for record in changed["records"]:
                    record["userIdentity"] = expiry.IDENTITY
        super().forward_stream_records(account_id, region_name, records_map)

    @handler("ExecuteStatement", expand=False)
    def execute_statement(self, context: Foreign, request: Output) -> Foreign:
        """Carry out a PartiQL statement, and tell the table's stream what it changed."""
        with self._streaming_changes(context, [request["Statement"]]):
            return self.forward_request(context)

    @handler("BatchExecuteStatement", expand=False)
    def batch_execute_statement(self, context: Foreign, request: Output) -> Foreign:
        """Carry out PartiQL statements, each by itself, and tell the tables' streams what they changed."""
        with self._streaming_changes(context, [each["Statement"] for each in request["Statements"]]):
            return self.forward_request(context)

    @handler("ExecuteTransaction", expand=False)
    def execute_transaction(self, context: Foreign, request: Output) -> Foreign:
        """Carry out PartiQL statements together, and tell the tables' streams what they changed."""
        with self._streaming_changes(context, [each["Statement"] for each in request["TransactStatements"]]):
            return self.forward_request(context)

    @contextmanager
    def _streaming_changes(self, context: Foreign, statements: list[str]) -> Iterator[None]:
        """Tell streams what changed meanwhile in the tables that these statements write to.

        DynamoDB Local does not say what a statement changed, so all items are read before and after.
        """
        account, region = context.account_id, context.region
        tables = {name for each in statements if (name := table_of(each))}
        kinds = {name: kind for name in tables if (kind := get_table_stream_type(account, region, name))}
        where = {"account_id": account, "region_name": region}
        before = {
            name: ItemFinder.get_all_table_items(**where, table_name=name, endpoint_url=self.server.url)
            for name in kinds
        }
        yield
        for name, kind in kinds.items():
            changed = get_updated_records(
                **where,
                table_name=name,
                existing_items=before[name],
                server_url=self.server.url,
                table_stream_type=kind,
            )
            self.forward_stream_records(account, region, changed)

    def enable_kinesis_streaming_destination(
        self, context: Foreign, table_name: str, stream_arn: str, **rest: Foreign
    ) -> Foreign:
        """Send a table's changes to a stream, with times as precise as asked for."""
        answer = super().enable_kinesis_streaming_destination(context, table_name, stream_arn, **rest)
        asked = (rest.get("enable_kinesis_streaming_configuration") or {}).get(PRECISION)
        for one in get_store(context.account_id, context.region).streaming_destinations[table_name]:
            if asked and one["StreamArn"] == stream_arn:
                one[PRECISION] = asked
        return answer

    def delete_table(self, context: Foreign, table_name: str, **rest: object) -> Foreign:
        """Delete a table, and its policies and time to live."""
        deleted = super().delete_table(context, table_name, **rest)
        get_store(context.account_id, context.region).ttl_specifications.pop(table_name, None)
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
