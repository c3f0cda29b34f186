from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from dashboard import costs
from dashboard.feed import Feed
from dashboard.view import Alarm, Delivery
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
    "CreationTime": NOON,
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
        """Give three messages, one of them in somebody's hands."""
        attributes = {"ApproximateNumberOfMessages": "2", "ApproximateNumberOfMessagesNotVisible": "1"}
        return self._answer({"Attributes": attributes})

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
    return Feed(cast("Target", aws), "s"), aws


def test_live() -> None:
    """The view holds what the services say."""
    feed, aws = given()
    aws.items = [totals(-59, 1), totals(-1, 3), totals(0, 5)]
    state = feed.look(NOON)
    assert state.kind == "live"
    assert state.view
    assert (state.view.events, state.view.newest) == (9, 5)
    rest = state.view.rest
    assert (rest.quarantined, rest.dead_letters, rest.mapping) == (3, 3, Delivery("Enabled", "OK"))
    assert list(rest.alarms) == [Alarm("s-Lag", "OK")]


def test_newest_minutes_are_read_again() -> None:
    """What comes into the newest two minutes is in the next look; older minutes are kept as they were."""
    feed, aws = given()
    aws.items = [totals(-30, 10), totals(0, 1)]
    feed.look(NOON + timedelta(seconds=10))
    aws.items = [totals(-30, 999), totals(-1, 2), totals(0, 4)]
    view = feed.look(NOON + timedelta(seconds=11)).view
    assert view
    assert view.events == 16


def test_late_events_show_in_the_next_minute() -> None:
    """What came late into an older minute is there when the minute is over."""
    feed, aws = given()
    feed.look(NOON)
    aws.items = [totals(-30, 7)]
    view = feed.look(at(1)).view
    assert view
    assert view.events == 7


def test_minutes_leave_after_an_hour() -> None:
    """A minute that is an hour old is not shown any more."""
    feed, aws = given()
    aws.items = [totals(-59, 8)]
    feed.look(NOON)
    view = feed.look(at(1)).view
    assert view
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
    before = feed.look(NOON).view
    aws.failure = failure
    assert feed.look(at(0.1)).kind == kind
    state = feed.look(at(0.2))
    assert (state.kind, state.since, state.view) == (kind, at(0.1), before)
    assert said in state.said
    aws.failure = None
    aws.items = [totals(-30, 9)]
    back = feed.look(at(0.3))
    assert (back.kind, back.said) == ("live", "")
    assert back.view
    assert back.view.events == 9
    assert aws.asked["cloudformation"] == 2


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
