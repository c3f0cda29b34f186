"""The engine as LocalStack's provider for Kinesis: one dispatcher for each operation of the model."""

import logging
import os
import random
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from botocore.model import ServiceModel
from localstack import config
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.spec import loader
from localstack.http import Response
from localstack.services.plugins import ServiceLifecycleHook

from tailrace.clock import CLOCK
from tailrace.door import ways
from tailrace.kinesis import measures
from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.direct import KinesisShortWay
from tailrace.kinesis.engine import ENGINE
from tailrace.kinesis.errors import LimitExceededError, ResourceInUseError, ThroughputExceededError
from tailrace.kinesis.events import SubscriptionFrames
from tailrace.kinesis.forms import JSON, Form, to_cbor
from tailrace.kinesis.operations import perform
from tailrace.kinesis.operations.refused import OPERATIONS as REFUSED
from tailrace.kinesis.subscriptions import Subscription
from tailrace.protocol.constraints import Checker
from tailrace.protocol.errors import InternalFailureError, RequestError
from tailrace.protocol.frames import TYPE as STREAM_TYPE
from tailrace.protocol.wire import from_json, plain, response_headers

if TYPE_CHECKING:
    from localstack.state import StateVisitor

LOG = logging.getLogger(__name__)
HOUR = 3600
LIMITS = "TAILRACE_KINESIS_LIMITS"
type Dispatcher = Callable[[RequestContext, dict[str, Any] | None], object]


class KinesisProvider(ServiceLifecycleHook):
    """Serves the engine of this process; it starts nothing and listens nowhere."""

    service = "kinesis"

    def __init__(self) -> None:
        self.model = ServiceModel(loader.load_service_model(self.service, "service-2"), self.service)
        self.checker = Checker(self.model)
        ways.WAYS[self.service] = KinesisShortWay(self.model, self.answer, self.frames).answer
        _trim_hourly()

    def accept_state_visitor(self, visitor: "StateVisitor") -> None:
        """Offer LocalStack no state of its own to keep: streams live in the engine."""

    def on_before_state_reset(self) -> None:
        """Forget all streams."""
        ENGINE.reset()

    def dispatch_table(self) -> dict[str, Dispatcher]:
        """Give LocalStack a function for every operation; those that are not done yet refuse."""
        return {name: self._dispatcher(name) for name in (*self.model.operation_names, *REFUSED)}

    def _dispatcher(self, name: str) -> Dispatcher:
        def dispatch(context: RequestContext, parsed: dict[str, Any] | None) -> Response:
            kind = context.request.mimetype or ""
            if "cbor" in kind:
                return self._serve(name, context, plain(parsed or {}), Form(kind, to_cbor))
            return self._serve(name, context, from_json(context.request.data), JSON)

        return dispatch

    def _serve(self, name: str, context: RequestContext, body: object, form: Form) -> Response:
        headers = response_headers(context.request_id)
        try:
            answer = self.answer(name, (context.account_id, context.region), body)
        except RequestError as refusal:
            context.service_exception = CommonServiceException(refusal.code, refusal.message)
            return Response(form.encode(refusal.as_json(), None), refusal.status, headers, mimetype=form.kind)
        if isinstance(answer, Subscription):
            return Response(self.frames(answer, form), 200, headers, mimetype=STREAM_TYPE)
        context.service_response = answer  # LocalStack would parse the body for it otherwise
        written = form.encode(answer, context.operation.output_shape)
        return Response(written, 200, headers, mimetype=form.kind)

    def frames(self, subscription: Subscription, form: Form = JSON) -> SubscriptionFrames:
        """Return what a subscription sends, in one form or the other."""
        shape = self.model.shape_for("SubscribeToShardEvent")
        return SubscriptionFrames(subscription, form.kind, lambda event: form.encode(event, shape), _limited)

    def answer(self, name: str, place: tuple[str, str], body: object) -> Output | Subscription:
        """Answer a request of an account in a region. Raises RequestError, whatever goes wrong."""
        try:
            return self._answer_measured(name, place, body)
        except RequestError:
            raise
        except Exception as fault:
            LOG.exception("%s failed", name)
            raise InternalFailureError(f"{name} failed: {fault}") from fault

    def _answer_measured(self, name: str, place: tuple[str, str], body: object) -> Output | Subscription:
        call = Call(
            ENGINE,
            *place,
            CLOCK.now(),
            _faults(),
            (_count(config.KINESIS_SHARD_LIMIT), _count(config.KINESIS_ON_DEMAND_STREAM_COUNT_LIMIT)),
            _limited(),
        )
        began = time.perf_counter()
        try:
            answer = perform(self.checker, call, name, body)
        except RequestError as refusal:
            if isinstance(body, dict) and name in measures.MEASURED:
                _measure_refusal(call, name, body, refusal, began)
            raise
        if name in measures.MEASURED and isinstance(body, dict):
            _measure(call, name, body, answer, began)
        return answer


def _measure_refusal(call: Call, name: str, request: Request, refusal: RequestError, began: float) -> None:
    """Publish the metrics of what was throttled, or of a subscription that was refused."""
    if isinstance(refusal, ThroughputExceededError):
        _measure(call, name, request, refusal, began)
    elif name == "SubscribeToShard" and isinstance(refusal, ResourceInUseError | LimitExceededError):
        with suppress(RequestError):  # perhaps there is no such consumer
            consumer = call.consumer_by_arn(request["ConsumerARN"])
            stream = call.stream_by_arn(consumer.stream_arn)
            measures.publish(stream, measures.subscribed(consumer.name, refusal), call.now)


def _measure(call: Call, name: str, request: Request, answer: Any, began: float) -> None:  # noqa: ANN401  as the operation answers
    """Publish the metrics of a put, a read or a subscription, or of its throttling."""
    milliseconds = (time.perf_counter() - began) * 1000
    if name in measures.PUTS:
        stream = call.stream(request)
        measures.publish(stream, measures.put(name, request, answer, milliseconds), call.now)
        if stream.monitored:
            measures.publish(stream, measures.put_by_shard(name, request, answer), call.now)
    elif name == "GetRecords":
        place = call.engine.iterators.redeem(request["ShardIterator"], call.now)
        stream = call.engine.stream(place.account, place.region, place.stream)
        measures.publish(stream, measures.read(answer, milliseconds), call.now)
        if stream.monitored:
            shard_id = f"shardId-{place.shard:012d}"
            measures.publish(stream, measures.read_by_shard(answer, shard_id), call.now)
    elif isinstance(answer, Subscription):
        measures.publish(answer.stream, measures.subscribed(answer.consumer), call.now)


def _limited() -> bool:
    """Tell whether shards and accounts are held to AWS's limits; may be switched at run time.

    Raises ValueError for a setting that is neither `aws` nor `off`.
    """
    setting = str(getattr(config, LIMITS, os.environ.get(LIMITS) or "aws"))
    if setting not in {"aws", "off"}:
        raise ValueError(f"{LIMITS}={setting} is not valid: expected aws or off")
    return setting == "aws"


def _trim_hourly() -> None:
    """Let go of what streams no longer keep, also of those that nobody puts to or reads."""
    now = CLOCK.now()
    ENGINE.trim(now)
    CLOCK.call_at(now + HOUR, _trim_hourly)


def _count(limit: str) -> int:
    """Read a limit of LocalStack's settings, which may be `Infinity`."""
    return int(limit) if str(limit).isdigit() else sys.maxsize


def _faults() -> Callable[[], bool] | None:
    """Fail each record by the probability that LocalStack's KINESIS_ERROR_PROBABILITY has right now."""
    probability = float(config.KINESIS_ERROR_PROBABILITY)
    return (lambda: random.random() < probability) if probability > 0 else None  # noqa: S311  no secret
