"""The engine as LocalStack's provider for Kinesis: one dispatcher for each operation of the model."""

import logging
import random
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from localstack import config
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.spec import load_service
from localstack.http import Response
from localstack.services.plugins import ServiceLifecycleHook

from tailrace.clock import CLOCK
from tailrace.kinesis import measures
from tailrace.kinesis.call import Answer, Call
from tailrace.kinesis.engine import ENGINE
from tailrace.kinesis.errors import KinesisError, ThroughputExceededError
from tailrace.kinesis.operations import perform
from tailrace.kinesis.operations.refused import NEWER
from tailrace.kinesis.parser import JsonRequest, take_json_past_the_parser
from tailrace.protocol.constraints import Checker
from tailrace.protocol.wire import JSON_TYPE, plain, response_headers, to_json, typed

if TYPE_CHECKING:
    from localstack.state import StateVisitor

LOG = logging.getLogger(__name__)
type Dispatcher = Callable[[RequestContext, dict[str, Any] | None], object]


class KinesisProvider(ServiceLifecycleHook):
    """Serves the engine of this process; it starts nothing and listens nowhere."""

    service = "kinesis"

    def __init__(self) -> None:
        self.model = load_service(self.service)
        self.checker = Checker(self.model)
        take_json_past_the_parser()

    def accept_state_visitor(self, visitor: "StateVisitor") -> None:
        """Offer LocalStack no state of its own to keep: streams live in the engine."""

    def on_before_state_reset(self) -> None:
        """Forget all streams."""
        ENGINE.reset()

    def dispatch_table(self) -> dict[str, Dispatcher]:
        """Give LocalStack a function for every operation; those that are not done yet refuse."""
        return {name: self._dispatcher(name) for name in (*self.model.operation_names, *NEWER)}

    def _dispatcher(self, name: str) -> Dispatcher:
        def dispatch(context: RequestContext, parsed: dict[str, Any] | None) -> object:
            if "cbor" in (context.request.mimetype or ""):
                return self._serve_cbor(name, context, parsed)
            if not isinstance(parsed, JsonRequest):  # the first request came by LocalStack's own parser
                parsed = JsonRequest.read(context.request.data)
            return self._serve_json(name, context, parsed.body)

        return dispatch

    def _serve_json(self, name: str, context: RequestContext, body: object) -> Response:
        try:
            answer = self._answer(name, context, body)
        except KinesisError as refusal:
            context.service_exception = CommonServiceException(refusal.code, refusal.message)
            return _response(context, to_json(refusal.as_json()), 400)
        context.service_response = answer  # LocalStack would parse the body for it otherwise
        return _response(context, to_json(answer), 200)

    def _serve_cbor(self, name: str, context: RequestContext, parsed: dict[str, Any] | None) -> object:
        try:
            answer = self._answer(name, context, plain(parsed or {}))
        except KinesisError as refusal:
            raise CommonServiceException(refusal.code, refusal.message) from None
        if answer is None:
            return Response(b"", 200, response_headers(context.request_id), mimetype=context.request.mimetype)
        return typed(answer, context.operation.output_shape)

    def _answer(self, name: str, context: RequestContext, body: object) -> Answer:
        limits = _count(config.KINESIS_SHARD_LIMIT), _count(config.KINESIS_ON_DEMAND_STREAM_COUNT_LIMIT)
        call = Call(ENGINE, context.account_id, context.region, CLOCK.now(), _faults(), limits)
        if name not in measures.PUTS or not isinstance(body, dict):
            return perform(self.checker, call, name, body)
        try:
            answer = perform(self.checker, call, name, body)
        except ThroughputExceededError:
            measures.record(call, body, measures.counts(name, body, None))
            raise
        measures.record(call, body, measures.counts(name, body, answer))
        return answer


def _count(limit: str) -> int:
    """Read a limit of LocalStack's settings, which may be `Infinity`."""
    return int(limit) if str(limit).isdigit() else sys.maxsize


def _faults() -> Callable[[], bool] | None:
    """Fail each record by the probability that LocalStack's KINESIS_ERROR_PROBABILITY has right now."""
    probability = float(config.KINESIS_ERROR_PROBABILITY)
    return (lambda: random.random() < probability) if probability > 0 else None  # noqa: S311  no secret


def _response(context: RequestContext, body: bytes, status: int) -> Response:
    return Response(body, status, response_headers(context.request_id), mimetype=JSON_TYPE)
