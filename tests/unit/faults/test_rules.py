"""Which calls a fault befalls, and what it counted."""

from typing import Any

import pytest

from tailrace.faults.asking import FaultError, asked
from tailrace.faults.rules import FaultRules, Fired, ObservedCall

pytestmark = pytest.mark.unit

NOW = 1_000.0
PUT = ObservedCall("dynamodb", "PutItem", ("readings",), "store", b'{"id": {"S": "r-17"}}')


def rules(*requests: dict[str, Any]) -> FaultRules:
    """Return rules that were asked for at NOW."""
    made = FaultRules()
    for request in requests:
        made.add(asked(request, NOW))
    return made


def fired(active: FaultRules, call: ObservedCall = PUT, times: int = 1, now: float = NOW) -> list[bool]:
    """Return whether the rules fire on each of so many calls."""
    return [bool(active.judge(call, now)) for _ in range(times)]


@pytest.mark.parametrize(
    ("request_", "matches"),
    [
        ({}, True),
        ({"on": "dynamodb.PutItem"}, True),
        ({"on": "dynamodb.Put*"}, True),
        ({"on": "kinesis.*"}, False),
        ({"on": "dynamodb.GetItem"}, False),
        ({"resource": "read*"}, True),
        ({"resource": "other"}, False),
        ({"function": "store"}, True),
        ({"function": "another"}, False),
        ({"content": "r-17"}, True),
        ({"content": "r-18"}, False),
    ],
)
def test_what_it_is_about(request_: dict[str, Any], matches: bool) -> None:  # noqa: FBT001  a case
    """A fault befalls the calls of its service, operation, resource, function and content, and no others."""
    assert fired(rules(request_)) == [matches]


def test_the_third_call() -> None:
    """The nth call is one call; with times, so many from it on."""
    assert fired(rules({"nth": 3}), times=5) == [False, False, True, False, False]
    assert fired(rules({"nth": 3, "times": 2}), times=5) == [False, False, True, True, False]
    assert fired(rules({"times": 2}), times=3) == [True, True, False]


def test_until() -> None:
    """A fault that lasts ten seconds befalls nothing after them."""
    active = rules({"lasting": 10})
    assert fired(active, now=NOW + 9.9) == [True]
    assert fired(active, now=NOW + 10) == [False]


def test_the_same_seed_befalls_the_same_calls() -> None:
    """A probability is drawn by the seed alone, and close to itself over many calls."""
    one, again, other = (fired(rules({"probability": 0.3, "seed": seed}), times=1000) for seed in (7, 7, 8))
    assert one == again
    assert one != other
    assert 250 < sum(one) < 350


def test_what_it_did_is_counted() -> None:
    """A fault tells how many calls it matched, by name, and how often it fired."""
    active = rules({"on": "dynamodb.*", "nth": 2})
    for call in (PUT, PUT._replace(operation="GetItem"), PUT, PUT._replace(service="sqs")):
        active.judge(call, NOW)
    (reports,) = active.reports()
    assert (reports.matched, reports.fired) == (3, 1)
    assert reports.calls == {"dynamodb.PutItem": 2, "dynamodb.GetItem": 1}


def test_a_watch_lets_none_fail() -> None:
    """A rule that only watches counts calls and never fires."""
    active = rules({"on": "*.*", "do": "watch", "function": "store"})
    assert fired(active, times=2) == [False, False]
    assert active.reports()[0].calls == {"dynamodb.PutItem": 2}


def test_a_call_of_nobody_cannot_be_killed() -> None:
    """Only a function's calls count for what ends a function."""
    active = rules({"on": "dynamodb.PutItem", "do": "kill", "function": "store"})
    assert fired(active, PUT._replace(function="")) == [False]
    assert fired(active) == [True]


def test_an_invocation_is_no_call_of_a_service() -> None:
    """Any service's calls do not include invocations, which are asked about by their own name."""
    invocation = ObservedCall("function", "invoke", ("store",))
    assert fired(rules({"on": "*.*"}), invocation) == [False]
    assert fired(rules({"on": "function.invoke", "do": "throttle"}), invocation) == [True]


def test_entries_fail_one_by_one() -> None:
    """A share of the entries fails, drawn by the seed, or those with a text; without any, nothing fired."""
    batch = ObservedCall("kinesis", "PutRecords", ("clicks",), entries=tuple(b"r-%d" % n for n in range(10)))
    active = rules({"on": "kinesis.PutRecords", "do": "entries", "share": 0.3, "seed": 3})
    (found,) = active.judge(batch, NOW)
    assert 0 < len(found.entries) < 10
    all_of_them = rules({"on": "kinesis.PutRecords", "do": "entries"}).judge(batch, NOW)
    assert [one.entries for one in all_of_them] == [tuple(range(10))]
    assert rules({"on": "kinesis.PutRecords", "do": "entries"}).judge(batch._replace(entries=()), NOW) == []
    one = rules({"on": "kinesis.PutRecords", "do": "entries", "content": "r-7"}).judge(batch, NOW)
    assert [fired.entries for fired in one] == [(7,)]


def test_removed() -> None:
    """A fault that was removed befalls nothing, and tells what it did."""
    active = rules({}, {})
    active.judge(PUT, NOW)
    gone = active.remove("fault-1")
    assert gone is not None
    assert gone.fired == 1
    assert active.remove("fault-1") is None
    assert [reports.rule.id for reports in active.clear()] == ["fault-2"]
    assert not active
    assert active.judge(PUT, NOW) == list[Fired]()


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ("nothing", "A fault is a JSON object"),
        ({"on": "dynamodb"}, "A fault is on a call such as dynamodb.PutItem"),
        ({"what": 1}, "A fault has no 'what': expected some of on, do"),
        ({"do": "break"}, "A fault does one of error, delay"),
        ({"nth": 0}, "nth of a fault is a number from 1 on, not 0"),
        ({"nth": True}, "nth of a fault is a whole number, not True"),
        ({"probability": 1.5}, "above 0 and at most 1"),
        ({"do": "delay"}, "A delay takes seconds"),
        ({"on": "dynamodb.PutItem", "do": "entries"}, "dynamodb.PutItem has no entries"),
        ({"on": "dynamodb.PutItem", "do": "kill"}, "kill takes the function that makes the call"),
        ({"on": "dynamodb.PutItem", "do": "throttle"}, "throttle is of function.invoke"),
        ({"on": "function.invoke", "do": "lose"}, "An invocation is lost by kill"),
        ({"on": "function.answer"}, "What a function does is function.invoke"),
        ({"moment": "answer"}, "moment is before or after"),
    ],
)
def test_a_mistake_is_answered_by_a_sentence(request_: object, says: str) -> None:
    """A rule that cannot be is refused with what is expected."""
    with pytest.raises(FaultError, match=says):
        asked(request_, NOW)
