"""The log's lines: one JSON object each, never a record's data."""

import json
import sys
from typing import Any


def line(level: str, message: str, **fields: Any) -> None:  # noqa: ANN401  whatever JSON can say
    """Write one line. CloudWatch Logs finds it by its message, and Logs Insights by its fields."""
    text = json.dumps({"level": level, "message": message, **fields}, separators=(",", ":"), default=str)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
