import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from dashboard import costs
from dashboard.feed import Feed
from dashboard.queues import QueueContents
from dashboard.ranges import HOUR, QUARTER, SIX_HOURS, Range
from dashboard.view import Alarm, DashboardView, MappingState
from handler.once.totals import place
from tests.unit.dashboard.given import NOON, at

if TYPE_CHECKING:
    from bootstrap.target import Target

pytestmark = pytest.mark.unit

OUTPUTS = {
    "LedgerTableName": "ledger",
    "QuarantineUrl": "http://sqs/quarantine",
    "DeadLetterUrl": "http://sqs/dead",
    "MappingId": "mapping",
    "LagAlarmName": "s-Lag",
}
STACK = {
    "StackName": "s",
    "StackStatus": "CREATE_COMPLETE",
    "CreationTime": at(-600),
    "Tags": [{"Key": "tailrace:stack", "Value": "s"}],
    "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in OUTPUTS.items()],
}


def refusal(code: str) -> ClientError:
    """Return what a client raises when its request is refused."""
    return ClientError({"Error": {"Code": code, "Message": "because"}}, "Query")


class InventedAws:
    """A target and all of its clients: answers, counts, or fails as it is told."""

    endpoint = "http://127.0.0.1:4566"
    emulated = True

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.stacks = [STACK]
        self.items: list[Mapping[str, Any]] = []
        self.asked: Counter[str] = Counter()
        self._service = ""

    def client(self, service: str, **_: object) -> "InventedAws":
        """Give a client that knows whose it is."""
        made = InventedAws.__new__(InventedAws)
        made.__dict__ = {**self.__dict__, "_service": service, "origin": self}
        return made

    def _answer(self, answer: Any) -> Any:  # noqa: ANN401  whatever the service says
        origin: InventedAws = self.__dict__["origin"]
        if origin.failure:
            raise origin.failure
        origin.asked[self._service] += 1
        return answer

    def describe_stacks(self, **_: object) -> Any:  # noqa: ANN401  as above
        """Describe the stack, if there is one."""
        if not self.__dict__["origin"].stacks:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "Describe")
        return self._answer({"Stacks": [STACK]})

    def get_paginator(self, _: str) -> "InventedAws":
        """Page through queries."""
        return self

    def paginate(self, **query: Any) -> Iterator[Any]:  # noqa: ANN401  as above
        """Give the items whose keys are asked for."""
        values = query["ExpressionAttributeValues"]
        found = [
            item
            for item in self.__dict__["origin"].items
            if item["pk"] == values[":hour"]
            and values[":low"]["S"] <= item["sk"]["S"] <= values[":high"]["S"]
        ]
        yield self._answer({"Items": found})

    def query(self, **_: object) -> Any:  # noqa: ANN401  as above
        """Give no anomaly."""
        return self._answer({"Items": []})

    def get_queue_attributes(self, **_: object) -> Any:  # noqa: ANN401  as above
        """Give a queue without messages."""
        return self._answer({"Attributes": {"ApproximateNumberOfMessages": "0"}})

    def describe_alarms(self, **_: object) -> Any:  # noqa: ANN401  as above
        """Give the alarm that is asked for."""
        return self._answer({"MetricAlarms": [{"AlarmName": "s-Lag", "StateValue": "OK"}]})

    def get_event_source_mapping(self, **_: object) -> Any:  # noqa: ANN401  as above
        """Give a mapping that runs."""
        return self._answer({"State": "Enabled", "LastProcessingResult": "OK"})


def totals(minutes: int, events: int) -> Mapping[str, Any]:
    """Return an item of the ledger, so many minutes after noon."""
    pk, sk = place("shardId-000000000000", int(at(minutes).timestamp()) // 60)
    return {"pk": {"S": pk}, "sk": {"S": sk}, "events": {"N": str(events)}}


def given() -> tuple[Feed, InventedAws]:
    """Return a feed and the AWS that it asks."""
    aws = InventedAws()
    return Feed(cast("Target", aws), "s", Path("handler")), aws


def seen(feed: Feed, now: datetime, shown: Range = HOUR) -> DashboardView:
    """Look; return the view of a range, which must be live."""
    state = feed.look(now, {shown})
    assert state.kind == "live", state.said
    return state.views[shown]


def test_live() -> None:
    """The view holds what the services say."""
    feed, aws = given()
    aws.items = [totals(-59, 1), totals(-1, 3), totals(0, 5)]
    view = seen(feed, NOON)
    assert (view.events, view.newest) == (9, 5)
    rest = view.rest
    assert (rest.queues.quarantine, rest.mapping) == (QueueContents(), MappingState("Enabled", "OK"))
    assert list(rest.alarms) == [Alarm("s-Lag", "OK")]


def test_newest_minutes_are_read_again() -> None:
    """What comes into the newest two minutes is in the next look; older minutes are kept as they were."""
    feed, aws = given()
    aws.items = [totals(-30, 10), totals(0, 1)]
    seen(feed, NOON + timedelta(seconds=10))
    aws.items = [totals(-30, 999), totals(-1, 2), totals(0, 4)]
    view = seen(feed, NOON + timedelta(seconds=11))
    assert view.events == 16


def test_late_events_show_in_the_next_minute() -> None:
    """What came late into an older minute is there when the minute is over."""
    feed, aws = given()
    seen(feed, NOON)
    aws.items = [totals(-30, 7)]
    view = seen(feed, at(1))
    assert view.events == 7


def test_minutes_leave_after_an_hour() -> None:
    """A minute that is an hour old is not shown any more."""
    feed, aws = given()
    aws.items = [totals(-59, 8)]
    seen(feed, NOON)
    view = seen(feed, at(1))
    assert (view.events, len(view.rates)) == (0, 60)


@pytest.mark.parametrize(
    ("failure", "kind", "said"),
    [
        (
            EndpointConnectionError(endpoint_url="x"),
            "gone",
            "Nobody answers at http://127.0.0.1:4566. `make up`",
        ),
        (refusal("ResourceNotFoundException"), "missing", "`make up` deploys what is missing."),
        (refusal("AccessDeniedException"), "refused", "AWS says no: "),
    ],
)
def test_failure_is_a_state(failure: Exception, kind: str, said: str) -> None:
    """What fails is said with the fix and since when; the figures of before are kept, and then it goes on."""
    feed, aws = given()
    aws.items = [totals(-30, 5)]
    before = feed.look(NOON).views
    aws.failure = failure
    assert feed.look(at(0.1)).kind == kind
    state = feed.look(at(0.2))
    assert (state.kind, state.since, state.views) == (kind, at(0.1), before)
    assert said in state.said
    aws.failure = None
    aws.items = [totals(-30, 9)]
    assert seen(feed, at(0.3)).events == 9
    assert feed.state.said == ""
    assert aws.asked["cloudformation"] == 2


def test_ranges_of_several_pages() -> None:
    """Each page has the view of its range; the widest is what is read, and a narrower one is a part of it."""
    feed, aws = given()
    aws.items = [totals(-200, 1), totals(-30, 10), totals(0, 100)]
    views = feed.look(NOON, {QUARTER, HOUR, SIX_HOURS}).views
    assert {shown.name: view.events for shown, view in views.items()} == {"15min": 100, "1h": 110, "6h": 111}
    assert seen(feed, NOON + timedelta(seconds=1), QUARTER).events == 100
    assert seen(feed, NOON + timedelta(seconds=2), SIX_HOURS).events == 111


def test_newest_events() -> None:
    """Events that looks have seen are kept, the newest first, as many as are listed."""
    feed, aws = given()
    for second in range(4):
        names = [[f"e{second}-{number}", 1000 * second + number, "shop"] for number in range(3)]
        aws.items = [{**totals(0, 3 * second), "newest": {"S": json.dumps(names)}}]
        view = seen(feed, NOON + timedelta(seconds=second))
    assert [stored.event for stored in view.recent] == [
        *("e3-2", "e3-1", "e3-0", "e2-2", "e2-1", "e2-0", "e1-2", "e1-1", "e1-0", "e0-2"),
    ]


def test_stack_that_was_removed_is_found_again() -> None:
    """A stack that is gone is said to be missing, until it is there again."""
    feed, aws = given()
    aws.stacks = []
    state = feed.look(NOON)
    assert (state.kind, state.said) == ("missing", "There is no stack s: `make up` deploys it.")
    aws.stacks = [STACK]
    assert feed.look(at(1)).kind == "live"


def test_calls_are_those_of_the_bill() -> None:
    """In ten minutes the services are asked as often as the costs say, and CloudFormation once."""
    feed, aws = given()
    seconds = 600
    for second in range(seconds):
        feed.look(NOON + timedelta(seconds=second))
    assert aws.asked.pop("cloudformation") == 1
    assert aws.asked == costs.calls(seconds)
