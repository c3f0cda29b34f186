"""What parts of the emulator note on their way."""

import pytest

from tailrace import cloudwatch
from tailrace.clock import CLOCK
from tailrace.cloudwatch.series import Periods
from tailrace.cloudwatch.store import MetricId

pytestmark = pytest.mark.unit

PLACE = ("123456789012", "eu-west-3")
AT = int(CLOCK.now())


def test_samples_are_in_the_store_after_a_flush() -> None:
    """Of one second together, of another apart, each under its own dimensions."""
    for function, value, at in (("f", 5, 0.1), ("f", 9, 0.9), ("f", 1, 1.0), ("g", 7, 0.0)):
        cloudwatch.record(
            account=PLACE[0],
            region=PLACE[1],
            namespace="AWS/Lambda",
            name="IteratorAge",
            value=value,
            unit="Milliseconds",
            at=AT + at,
            dimensions={"FunctionName": function},
        )
    try:
        cloudwatch.flush()
        cloudwatch.flush()
        found = {
            function: {
                second - AT: (cell.count, cell.total)
                for second, cell in cloudwatch.STORE.read(
                    PLACE,
                    MetricId("AWS/Lambda", "IteratorAge", (("FunctionName", function),)),
                    "Milliseconds",
                    Periods(AT, AT + 60, 1),
                ).items()
            }
            for function in ("f", "g")
        }
    finally:
        cloudwatch.STORE.forget(PLACE)
    assert found == {"f": {0: (2, 14), 1: (1, 1)}, "g": {0: (1, 7)}}
