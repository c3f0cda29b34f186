"""The log's lines: one JSON object each, never a record's data."""

import json
import sys
from typing import Any

_text = json.JSONEncoder(separators=(",", ":"), default=str).encode


def line(level: str, message: str, **fields: Any) -> None:  # noqa: ANN401  whatever JSON can say
    """Write one line. CloudWatch Logs finds it by its message, and Logs Insights by its fields."""
    sys.stdout.write(_text({"level": level, "message": message, **fields}) + "\n")
    sys.stdout.flush()
