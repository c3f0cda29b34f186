"""The pipeline's own entry, which prints when each batch came, began and ended, and what each call took.

Only for `benchmarks/`, which packs it as `handler/entry.py`, and the pipeline's own as `handler/own.py`.
"""

import json
import time
from typing import Any

from botocore.client import BaseClient

CALLS: list[tuple[str, float]] = []
_call = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001  there is no hook around a whole call


def _timed(self: object, operation: str, params: object) -> object:
    began = time.perf_counter()
    try:
        return _call(self, operation, params)
    finally:
        CALLS.append((operation, (time.perf_counter() - began) * 1000))


BaseClient._make_api_call = _timed  # type: ignore[attr-defined]  # noqa: SLF001  see above

from handler import own  # type: ignore[attr-defined]  # noqa: E402  where it is packed; it makes its clients


def lambda_handler(event: dict[str, Any], context: object) -> object:
    """Settle a batch as the pipeline does."""
    began = time.time()
    CALLS.clear()
    answer = own.lambda_handler(event, context)
    ended = time.time()
    arrived = [record["kinesis"]["approximateArrivalTimestamp"] for record in event["Records"]]
    timed = {
        "records": len(arrived),
        "arrived": max(arrived, default=0),
        "began": began,
        "ended": ended,
        "calls": CALLS,
    }
    print(json.dumps({"timed": timed}))  # noqa: T201  where Lambda's log comes from
    return answer
