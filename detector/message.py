"""An anomaly in words: what, when, expected, seen, how sure, where to look."""

import re
from collections.abc import Mapping

from detector.findings import Anomaly

SUBJECT_LENGTH = 100  # SNS takes no longer one
WHAT = {
    "spike": "Many more events than expected",
    "drop": "Far fewer events than expected",
    "silence": "No events at all",
    "rejected": "More records were set aside than usual",
    "outlier": "A value of {series} far larger than the usual ones",
    "jump": "{series} counts more for each event than expected",
}
UNIT = {
    "spike": "events a minute",
    "drop": "events a minute",
    "silence": "events a minute",
    "rejected": "records a minute",
    "outlier": "({series}, mean weighted by size)",
    "jump": "{series} a minute, at the usual number of events",
}
LOOK = {
    "spike": "`make status` (lag, dead letters), and the dashboard for which type, country or page it is.",
    "drop": "what sends the events: is it up, is it throttled? Then `make status`.",
    "silence": "what sends the events, then `make status`: is the mapping enabled?",
    "outlier": "the events of that minute in the results table; `make trace EVENT=…` tells one of them.",
    "jump": "the dashboard, which has a panel of it; `make trace EVENT=…` tells of one event.",
    "rejected": "`make quarantine`: it lists what was quarantined, and why.",
}
COMMAND = re.compile("`(.*?)`")
EMULATED = "000000000000"
"""The account of an emulator."""
SURE = ((4.0, "almost certain"), (2.0, "very likely"), (0.0, "likely"))


def subject(anomaly: Anomaly, where: str) -> str:
    """Return the notification's one line."""
    seen = f"{_number(anomaly.seen)} {_said(UNIT, anomaly)}"
    text = f"{where}: {anomaly.kind} at {anomaly.begin:%H:%M} UTC, {seen}"
    return text[:SUBJECT_LENGTH]


def which(where: str, topic: str) -> str:
    """Return the settings that a command for this pipeline needs: from its namespace and its topic's ARN.

    >>> which("RealTimeAnalytics/mine", "arn:aws:sns:eu-central-1:123456789012:mine-alarms")
    ' STACK=mine TARGET=aws AWS_ACCOUNT_ID=123456789012 AWS_REGION=eu-central-1'
    >>> which("RealTimeAnalytics", "arn:aws:sns:us-east-1:000000000000:alarms")
    ''
    """
    region, account = topic.split(":")[3:5]
    stack = where.partition("/")[2]
    of_stack = f" STACK={stack}" if stack else ""
    if account == EMULATED:
        return of_stack
    return f"{of_stack} TARGET=aws AWS_ACCOUNT_ID={account} AWS_REGION={region}"


def body(anomaly: Anomaly, where: str, topic: str) -> str:
    """Return the notification's text; each command in it means the pipeline that the topic belongs to."""
    look = COMMAND.sub(lambda found: f"{found[1]}{which(where, topic)}", LOOK[anomaly.kind])
    return (
        f"{_said(WHAT, anomaly)} in {where}.\n"
        f"\n"
        f"When:      {anomaly.begin:%Y-%m-%d %H:%M} UTC\n"
        f"Expected:  about {_number(anomaly.expected)} {_said(UNIT, anomaly)}\n"
        f"Seen:      {_number(anomaly.seen)}\n"
        f"How sure:  {how_sure(anomaly)} ({anomaly.strength:.1f} times what it takes to be unusual)\n"
        f"Look at:   {look}\n"
    )


def _said(words: Mapping[str, str], anomaly: Anomaly) -> str:
    return words[anomaly.kind].format(series=anomaly.series)


def how_sure(anomaly: Anomaly) -> str:
    """Return how sure it is, in words."""
    return next(words for least, words in SURE if anomaly.strength >= least)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.2f}"  # noqa: PLR2004  small ones with cents
