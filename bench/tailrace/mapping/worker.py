"""A mapping at work, as LocalStack's Lambda provider knows it: one delivery for each shard of the stream."""

import logging
from collections.abc import Callable
from threading import RLock, Timer
from typing import Any

from localstack.services.events.event_rule_engine import EventRuleEngine
from localstack.services.lambda_.event_source_mapping.esm_worker import EsmState, EsmStateReason
from localstack.services.lambda_.invocation.models import lambda_stores

from tailrace.kinesis.engine import ENGINE, Stream, UnknownStream
from tailrace.mapping.delivery import Delivery, Plan
from tailrace.mapping.filters import record_filter
from tailrace.mapping.settings import Settings
from tailrace.mapping.target import Function

LOG = logging.getLogger(__name__)
PATIENCE = 2.0
"""Seconds that disabling and deleting wait for invocations under way; AWS waits no longer than that."""
GONE = "PROBLEM: Stream not found"
"""What `LastProcessingResult` says once the stream is deleted; AWS's own words were never recorded."""


class _Rules(EventRuleEngine):
    """LocalStack's matcher, but that true and false are no numbers: to Python they are 1 and 0."""

    def _evaluate_condition(self, value: Any, condition: Any, field_exists: bool) -> bool:  # noqa: ANN401, FBT001
        if isinstance(condition, bool) or (isinstance(value, bool) and not isinstance(condition, dict)):
            return field_exists and value is condition
        known = _NO_NUMBER if isinstance(value, bool) else value
        return bool(super()._evaluate_condition(known, condition, field_exists))


_NO_NUMBER = object()
_RULES = _Rules()


def _matches(pattern: dict[str, Any], seen: dict[str, Any]) -> bool:
    """Match by EventBridge's language; a value that the matcher cannot compare does not match."""
    try:
        return bool(_RULES.evaluate_pattern_on_event(pattern, seen))
    except Exception:
        LOG.debug("%s cannot be matched with %s", seen, pattern, exc_info=True)
        return False


class MappingWorker:
    """The worker of one mapping, for its whole life: updates, disabling and enabling keep it and its places.

    It has the interface of LocalStack's `EsmWorker`, and keeps the mapping's entry in LocalStack's store.
    """

    def __init__(self, configuration: dict[str, Any], role: str, *, enabled: bool) -> None:
        self.esm_config = dict(configuration)
        self.enabled = enabled
        self.current_state = EsmState.CREATING
        self.state_transition_reason = EsmStateReason.USER_ACTION
        self._role = role
        self._deliveries: list[Delivery] = []
        self._stream: Stream | None = None
        self._lock = RLock()
        self._gone: Callable[[], None] = lambda: None
        self._patience: Timer | None = None

    @property
    def uuid(self) -> str:
        """The mapping's id."""
        return str(self.esm_config["UUID"])

    def create(self) -> None:
        """Settle where each shard is read from; start, if the mapping is enabled."""
        with self._lock:
            self._settle_positions()
            if self.enabled:
                self.start()
            else:
                self._enter(EsmState.DISABLED)

    def start(self) -> None:
        """Deliver by the configuration as it stands, each shard from where it was left."""
        with self._lock:
            self.enabled = True
            self._settle_positions()
            settings = Settings.of(self.esm_config)
            function = Function(self.esm_config, settings, self._role, self._note)
            plan = Plan(settings, record_filter(settings.patterns, _matches), function)
            self._enter(EsmState.ENABLED)
            for delivery in self._deliveries:
                delivery.follow(plan)

    def update(self, configuration: dict[str, Any], role: str, *, enabled: bool) -> None:
        """Take a new configuration; an invocation under way ends by the old one."""
        with self._lock:
            self.esm_config, self._role = configuration, role
            if enabled:
                self.start()
            else:
                self.stop()

    def stop(self) -> None:
        """Disable: no further invocation begins. Once the last one is over the state is `Disabled`."""
        with self._lock:
            self.enabled = False
            self._enter(EsmState.DISABLING)
            self._halt()

    def delete(self, gone: Callable[[], None] = lambda: None) -> None:
        """Stop for good; `gone` is called once the last invocation is over, and the mapping with it."""
        with self._lock:
            self._gone = gone
            self._enter(EsmState.DELETING)
            self._halt()

    def stop_for_shutdown(self) -> None:
        """Begin no further invocation; the state in the store stays."""
        with self._lock:
            for delivery in self._deliveries:
                delivery.follow(None)

    def _halt(self) -> None:
        for delivery in self._deliveries:
            delivery.follow(None)
        if any(delivery.running for delivery in self._deliveries):
            self._patience = Timer(PATIENCE, self._come_to_rest)
            self._patience.daemon = True
            self._patience.start()
        else:
            self._come_to_rest()

    def _ended(self) -> None:
        """Come to rest, if no delivery runs any more."""
        with self._lock:
            if self._stream and self._stream.deleted:
                self._note(GONE)
            if not any(delivery.running for delivery in self._deliveries):
                self._come_to_rest()

    def _come_to_rest(self) -> None:
        with self._lock:
            if self._patience:
                self._patience.cancel()
            if self.current_state is EsmState.DISABLING:
                self._enter(EsmState.DISABLED)
            elif self.current_state is EsmState.DELETING:
                self._store().pop(self.uuid, None)
                self._gone()

    def _settle_positions(self) -> None:
        """Fix where each shard is read from, unless that is settled for this very stream."""
        _, _, _, region, account, name = self.esm_config["EventSourceArn"].split(":")
        try:
            stream = ENGINE.stream(account, region, name.partition("/")[2])
        except UnknownStream:
            LOG.warning("%s: its stream %s is gone", self.uuid, name)
            self._note(GONE)
            return
        if stream is self._stream:
            return
        latest = self.esm_config["StartingPosition"] == "LATEST"
        self._stream = stream
        self._deliveries = [
            Delivery(stream, shard, shard.latest if latest else shard.earliest, self._ended)
            for shard in stream.shards.values()
        ]

    def _enter(self, state: EsmState) -> None:
        self.current_state = state
        if record := self._store().get(self.uuid):
            record["State"] = state

    def note(self, changed: dict[str, Any]) -> None:
        """Take over properties that no delivery depends on."""
        self.esm_config |= changed
        if record := self._store().get(self.uuid):
            record |= changed

    def _note(self, result: str) -> None:
        if self.esm_config.get("LastProcessingResult") != result:
            self.note({"LastProcessingResult": result})

    def _store(self) -> Any:  # noqa: ANN401  LocalStack's store is untyped
        _, _, _, region, account, *_ = self.esm_config["FunctionArn"].split(":")
        return lambda_stores[account][region].event_source_mappings
