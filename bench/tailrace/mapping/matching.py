"""Whether a pattern of EventBridge's language matches, by LocalStack's matcher."""

import logging
from typing import Any

from localstack.services.events.event_rule_engine import EventRuleEngine

LOG = logging.getLogger(__name__)


class _Rules(EventRuleEngine):
    """LocalStack's matcher, but that true and false are no numbers: to Python they are 1 and 0."""

    def _evaluate_condition(self, value: Any, condition: Any, field_exists: bool) -> bool:  # noqa: ANN401, FBT001
        if isinstance(condition, bool) or (isinstance(value, bool) and not isinstance(condition, dict)):
            return field_exists and value is condition
        known = _NO_NUMBER if isinstance(value, bool) else value
        return bool(super()._evaluate_condition(known, condition, field_exists))


_NO_NUMBER = object()
_RULES = _Rules()


def matches(pattern: dict[str, Any], seen: dict[str, Any]) -> bool:
    """Match by EventBridge's language; a value that the matcher cannot compare does not match."""
    try:
        return bool(_RULES.evaluate_pattern_on_event(pattern, seen))
    except Exception:
        LOG.debug("%s cannot be matched with %s", seen, pattern, exc_info=True)
        return False
