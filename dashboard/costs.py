"""What an open page costs on AWS: its calls an hour, and their price. Pure."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache

from bootstrap.costs import METRIC_REQUEST, SQS_REQUEST
from dashboard.ranges import DEFAULT, Range
from dashboard.schedule import CALLS, TICK, Schedule
from handler.once.totals import queries
from tailrace.load.prices import READ_UNIT

READ_UNITS = 4
"""Of one Query of the newest minutes: up to 16 KB, which is one shard's busiest two minutes."""


@cache
def calls(seconds: int = 3600, shown: Range = DEFAULT) -> Counter[str]:
    """Return how many requests each service gets while a page that shows a range is open for so long."""
    schedule, found = Schedule(), Counter[str]()
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for tick in range(int(seconds / TICK)):
        look = schedule.next(begin + tick * timedelta(seconds=TICK), shown.minutes)
        found["dynamodb"] += sum(1 for _ in queries("", look.begin, look.end))
        if look.rest:
            found.update(CALLS)
    return found


def hourly(shown: Range = DEFAULT) -> float:
    """Return dollars an hour; asking CloudFormation and Lambda for how things stand is free."""
    asked = calls(shown=shown)
    return (
        asked["dynamodb"] * READ_UNITS * READ_UNIT.dollars
        + asked["sqs"] * SQS_REQUEST.dollars
        + asked["cloudwatch"] * METRIC_REQUEST.dollars
    )


def line() -> str:
    """Return what is said before a page is opened on an account."""
    asked = calls().total()
    return f"While a page is open, AWS is asked {asked:,} times an hour, which costs about ${hourly():.2f}."
