"""Where LocalStack's Lambda provider hands Kinesis mappings over to us; every other source stays its own."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.lambda_ import InvalidParameterValueException, ResourceInUseException
from localstack.services.lambda_.api_utils import function_locators_from_arn
from localstack.services.lambda_.event_source_mapping.esm_worker import EsmState, EsmWorker
from localstack.services.lambda_.event_source_mapping.esm_worker_factory import EsmWorkerFactory
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.lambda_.provider import LambdaProvider
from localstack.utils.collections import PaginatedList

from tailrace.arns import Arn
from tailrace.clock import CLOCK
from tailrace.kinesis.engine import ENGINE, UnknownStream
from tailrace.kinesis.policies import allows
from tailrace.mapping.delivery import CREW
from tailrace.mapping.encryption import decrypted, key_error
from tailrace.mapping.request import RefusedRequest, check
from tailrace.mapping.shown import SERVICE, Configuration, is_about, is_kinesis, listed, shown, tidied
from tailrace.mapping.target import MappedFunction
from tailrace.mapping.worker import DeletingError, MappingWorker, WorkerContext
from tailrace.seams import replace

READING = ("DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards")
"""What the policy of a stream in another account has to allow."""
MOST_LISTED = 100
"""Mappings on a page of a list."""

type Original = Callable[..., Configuration]
"""The provider's own method, which ours stands in for."""


def install() -> None:
    """Patch the provider's operations on mappings, once."""
    for owner, name, ours in (
        (EsmWorkerFactory, "get_esm_worker", _make_worker),
        (LambdaProvider, "validate_event_source_mapping", _validate),
        (LambdaProvider, "check_service_resource_exists", _require_source),
        (LambdaProvider, "create_event_source_mapping_v2", _create),
        (LambdaProvider, "update_event_source_mapping_v2", _update),
        (LambdaProvider, "delete_event_source_mapping", _delete),
        (LambdaProvider, "get_event_source_mapping", _get),
        (LambdaProvider, "list_event_source_mappings", _list),
    ):
        _over(owner, name, ours)


def _over(owner: type, name: str, ours: Callable[..., Any]) -> None:
    """Put ours over a method; it is given the method that was there first."""

    @wraps(vars(owner)[name])
    def over(*arguments: object, **named: object) -> object:
        return ours(usual, *arguments, **named)

    usual = replace(owner, name, over)


def _make_worker(original: Callable[..., EsmWorker], factory: EsmWorkerFactory) -> EsmWorker | MappingWorker:
    if not is_kinesis(factory.esm_config):
        return original(factory)
    return MappingWorker(
        factory.esm_config,
        factory.function_role_arn,
        enabled=factory.enabled,
        surroundings=WorkerContext(ENGINE, CLOCK, CREW, _store, MappedFunction),
    )


def _store(function: Arn) -> dict[str, Configuration]:
    """Give LocalStack's own mappings of a function's account and region."""
    mappings: dict[str, Configuration] = lambda_stores[function.account][
        function.region
    ].event_source_mappings
    return mappings


def _validate(
    original: Callable[..., tuple[Any, ...]],
    provider: LambdaProvider,
    context: RequestContext,
    request: Configuration,
) -> tuple[Any, ...]:
    if is_kinesis(request):
        try:
            check(request, CLOCK.now())
            _require_key(request)
        except RefusedRequest as refusal:
            if refusal.code == "ValidationException":
                raise CommonServiceException(refusal.code, refusal.message) from None
            raise InvalidParameterValueException(refusal.message, Type="User") from None
        _require_function(context, request.get("FunctionName") or request["FunctionArn"])
    return original(provider, context, request)


def _require_key(request: Configuration) -> None:
    """Refuse a key that KMS does not encrypt the filters with. Raises Refusal."""
    if error := key_error(request):
        raise RefusedRequest("InvalidParameterValueException", f"{error['ErrorCode']}: {error['Message']}")


def _require_function(context: RequestContext, named: str) -> None:
    """Refuse a version or an alias that is not there; LocalStack looks for the function."""
    name, qualifier, account, region = function_locators_from_arn(named)
    store = lambda_stores[account or context.account_id][region or context.region]
    function = store.functions.get(name)
    known = function is None or not qualifier or qualifier == "$LATEST"
    if not known and qualifier not in function.versions and qualifier not in function.aliases:
        raise InvalidParameterValueException("Function does not exist", Type="User")


def _require_source(  # noqa: PLR0913, PLR0917  LocalStack's signature
    original: Callable[..., None],
    provider: LambdaProvider,
    service: str,
    resource_arn: str,
    function_arn: str,
    function_role_arn: str,
) -> None:
    """Look for a stream, or a stream's consumer, in the engine."""
    if service != SERVICE:
        original(provider, service, resource_arn, function_arn, function_role_arn)
        return
    arn = Arn.maybe(resource_arn)
    try:
        stream = ENGINE.stream(arn.account, arn.region, arn.name) if arn else None
    except UnknownStream:
        stream = None
    found = stream and (not arn or not arn.consumer or resource_arn in stream.consumers.arns())
    if not found or stream is None:
        raise InvalidParameterValueException(f"Stream not found: {resource_arn}", Type="User")
    account = Arn.of(function_arn).account
    if account != stream.account and not all(
        allows(stream.policy, account, operation, stream.arn) for operation in READING
    ):
        raise InvalidParameterValueException(
            f"Cannot access stream {resource_arn}. Please ensure the role can perform the GetRecords,"
            " GetShardIterator, DescribeStream, DescribeStreamSummary, ListShards, and ListStreams Actions"
            " on your stream.",
            Type="User",
        )


def _create(
    original: Original, provider: LambdaProvider, context: RequestContext, request: Configuration
) -> Configuration:
    created = original(provider, context, request)
    if not is_kinesis(created):
        return created
    modified = {"LastModified": _now()}
    provider.esm_workers[created["UUID"]].note(modified)
    return tidied(created | modified | {"State": EsmState.CREATING})


def _update(
    original: Original, provider: LambdaProvider, context: RequestContext, request: Configuration
) -> Configuration:
    mappings = lambda_stores[context.account_id][context.region].event_source_mappings
    old, worker = mappings.get(request["UUID"]), provider.esm_workers.get(request["UUID"])
    if old is None or not isinstance(worker, MappingWorker):
        return original(provider, context, request)
    asked = {key: value for key, value in request.items() if key not in ("UUID", "Enabled")}
    function_arn, _, _, _, role = provider.validate_event_source_mapping(context, old | asked)
    enabled = request.get("Enabled", worker.enabled)
    answered = EsmState.UPDATING
    if enabled != worker.enabled:
        answered = EsmState.ENABLING if enabled else EsmState.DISABLING
    asked |= {"LastModified": _now()} | ({"FunctionArn": function_arn} if "FunctionName" in asked else {})
    with _unless_deleting("update"):
        new = worker.update(lambda mapping: tidied(mapping | asked), role, enabled=request.get("Enabled"))
    return new | {"State": answered}


def _delete(
    original: Original, provider: LambdaProvider, context: RequestContext, uuid: str, **rest: object
) -> Configuration:
    mappings = lambda_stores[context.account_id][context.region].event_source_mappings
    old, worker = mappings.get(uuid), provider.esm_workers.get(uuid)
    if old is None or not isinstance(worker, MappingWorker):
        return original(provider, context, uuid=uuid, **rest)
    provider._remove_all_tags(old["EventSourceMappingArn"])  # noqa: SLF001  as the provider's own deletion does
    with _unless_deleting("delete"):
        worker.delete(gone=lambda: provider.esm_workers.pop(uuid, None))
    return decrypted(old) | {"State": EsmState.DELETING}


@contextmanager
def _unless_deleting(what: str) -> Iterator[None]:
    """Word it as AWS does if the mapping is being deleted."""
    try:
        yield
    except DeletingError:
        raise ResourceInUseException(
            f"Cannot {what} the event source mapping because it is in use.", Type="User"
        ) from None


def _get(
    original: Original, provider: LambdaProvider, context: RequestContext, uuid: str, **rest: object
) -> Configuration:
    return shown(original(provider, context, uuid=uuid, **rest))


def _list(  # noqa: PLR0913, PLR0917  LocalStack's signature
    original: Original,
    provider: LambdaProvider,
    context: RequestContext,
    event_source_arn: str | None = None,
    function_name: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
    **rest: object,
) -> Configuration:
    """List mappings of all sources; LocalStack's own finds `f` in any ARN, so also where it is `my-f2`."""
    del original, provider, rest
    mappings = PaginatedList(lambda_stores[context.account_id][context.region].event_source_mappings.values())
    page, following = mappings.get_page(
        lambda mapping: mapping["UUID"],
        marker,
        min(max_items or MOST_LISTED, MOST_LISTED),
        lambda mapping: is_about(mapping, event_source_arn, function_name),
    )
    return {"EventSourceMappings": [listed(mapping) for mapping in page], "NextMarker": following}


def _now() -> dt.datetime:
    return dt.datetime.fromtimestamp(CLOCK.now(), dt.UTC)
