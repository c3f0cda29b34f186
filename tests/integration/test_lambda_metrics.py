"""The AWS/Lambda metrics of invocations."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.alarms import ABOVE_ZERO
from tests.integration.functions import Functions

pytestmark = pytest.mark.anywhere

MAYBE = """
def handler(event, context):
    if event.get("fail"): raise ValueError("asked to")
"""


@pytest.fixture(scope="module")
def functions(target: Target, run: Run) -> Iterator[Functions]:
    """Give a maker of functions."""
    with Functions(target, run.prefix).opened() as functions:
        yield functions


def statistics(target: Target, name: str, **dimensions: str) -> dict[str, float]:
    """Return sum, count and most of a metric over the last hour; {} if it has no point."""
    now = datetime.now(UTC)
    (answer,) = target.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=7200,
        Statistics=["Sum", "SampleCount", "Maximum"],
    )["Datapoints"] or [{}]
    return {key: answer[key] for key in ("Sum", "SampleCount", "Maximum") if key in answer}


def test_invocations_and_errors_are_counted_once(functions: Functions, target: Target) -> None:
    """Five invocations, two of them failed: by function, and by function and resource."""
    function = functions.make(MAYBE)
    for fail in (False, True, False, True, False):
        function.invoke({"fail": fail})
    by_function = {"FunctionName": function.name}

    def counted() -> bool:
        """Count five invocations and two errors."""
        for dimensions in (by_function, {**by_function, "Resource": function.name}):
            assert statistics(target, "Invocations", **dimensions).get("Sum") == 5
            assert statistics(target, "Errors", **dimensions) == {"Sum": 2, "SampleCount": 5, "Maximum": 1}
            assert statistics(target, "Duration", **dimensions)["SampleCount"] == 5
        assert statistics(target, "ConcurrentExecutions", **by_function)["Maximum"] == 1
        return True

    eventually(counted, within=5 if target.emulated else 300, every=0.5)


def test_an_alias_has_metrics_of_its_own(functions: Functions, target: Target) -> None:
    """What was invoked by an alias is counted under function:alias, and runs the version it names."""
    function = functions.make(MAYBE)
    client = target.client("lambda")
    version = client.publish_version(FunctionName=function.name)["Version"]
    client.get_waiter("function_active_v2").wait(
        FunctionName=function.name, Qualifier=version, WaiterConfig={"Delay": 1}
    )
    client.create_alias(FunctionName=function.name, Name="live", FunctionVersion=version)
    assert function.invoke({}, alias="live").version == "1"
    assert function.invoke({}).version == "$LATEST"

    def counted() -> bool:
        """Count one invocation of the alias and two of the function."""
        resource = {"FunctionName": function.name, "Resource": f"{function.name}:live"}
        assert statistics(target, "Invocations", **resource).get("Sum") == 1
        assert statistics(target, "Invocations", **resource, ExecutedVersion=version).get("Sum") == 1
        assert statistics(target, "Invocations", FunctionName=function.name).get("Sum") == 2
        return True

    eventually(counted, within=5 if target.emulated else 300, every=0.5)


def test_an_alarm_hears_of_an_error(functions: Functions, target: Target) -> None:
    """One error over its threshold of none, and it is in ALARM well before its period is over."""
    function = functions.make(MAYBE)
    client = target.client("cloudwatch")
    alarm = f"{function.name}-errors"
    client.put_metric_alarm(
        AlarmName=alarm,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": function.name}],
        Period=300,
        TreatMissingData="notBreaching",
        **ABOVE_ZERO,
    )
    try:
        function.invoke({"fail": True})

        def alarmed() -> bool:
            """Find the alarm in ALARM."""
            (found,) = client.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
            return found["StateValue"] == "ALARM"

        eventually(alarmed, within=60 if target.emulated else 300, every=0.5)
    finally:
        client.delete_alarms(AlarmNames=[alarm])


def test_other_functions_do_not_count(functions: Functions, target: Target) -> None:
    """A name that begins like another's is another function."""
    function = functions.make(MAYBE)
    function.invoke({})

    def counted() -> bool:
        """Count the invocation."""
        return statistics(target, "Invocations", FunctionName=function.name).get("Sum") == 1

    eventually(counted, within=5 if target.emulated else 300, every=0.5)
    assert statistics(target, "Invocations", FunctionName=function.name[:-1]) == {}
