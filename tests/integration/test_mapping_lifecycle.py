"""Mappings that are made, changed, disabled, enabled and removed; and what is refused."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.mapping_rig import PATIENCE, Rig

pytestmark = pytest.mark.emulator_only


@pytest.fixture
def rig(run: Run, target: Target) -> Iterator[Rig]:
    """Give a function, and what can be made around it."""
    with Rig(target, run.prefix) as made:
        yield made


def enable(rig: Rig, mapping: str, *, enabled: bool) -> str:
    """Enable or disable a mapping and wait until it is; returns the state that the answer names."""
    answered = rig.functions.update_event_source_mapping(UUID=mapping, Enabled=enabled)["State"]
    wanted = "Enabled" if enabled else "Disabled"
    eventually(lambda: rig.state(mapping) == wanted, within=PATIENCE, what=f"the mapping to be {wanted}")
    return answered


def test_created(rig: Rig) -> None:
    """The answer to Create has AWS's properties and defaults and says Creating; then it is Enabled."""
    stream_arn = rig.make_stream()
    made = rig.make_mapping(stream_arn)
    uuid, modified = made["UUID"], made["LastModified"]
    fields = {name: value for name, value in made.items() if name != "ResponseMetadata"}
    assert fields == {
        "UUID": uuid,
        "LastModified": modified,
        "BatchSize": 100,
        "BisectBatchOnFunctionError": False,
        "DestinationConfig": {"OnFailure": {}},
        "EventSourceArn": stream_arn,
        "EventSourceMappingArn": (
            f"arn:aws:lambda:{rig.target.region}:{rig.target.account}:event-source-mapping:{uuid}"
        ),
        "FunctionArn": rig.function_arn,
        "FunctionResponseTypes": [],
        "LastProcessingResult": "No records processed",
        "MaximumBatchingWindowInSeconds": 0,
        "MaximumRecordAgeInSeconds": -1,
        "MaximumRetryAttempts": -1,
        "ParallelizationFactor": 1,
        "StartingPosition": "TRIM_HORIZON",
        "State": "Creating",
        "StateTransitionReason": "User action",
        "TumblingWindowInSeconds": 0,
    }
    got = rig.functions.get_event_source_mapping(UUID=uuid)
    assert got["State"] == "Enabled"
    assert got["LastModified"] == modified.replace(second=0, microsecond=0)
    [listed] = rig.functions.list_event_source_mappings(EventSourceArn=stream_arn)["EventSourceMappings"]
    assert listed["LastModified"] == got["LastModified"]


def test_created_disabled(rig: Rig) -> None:
    """A mapping made disabled says Creating, then Disabled, and delivers nothing until it is enabled."""
    stream_arn = rig.make_stream()
    made = rig.make_mapping(stream_arn, Enabled=False, StartingPosition="LATEST")
    assert made["State"] == "Creating"
    assert rig.state(made["UUID"]) == "Disabled"
    rig.put({"name": 1})
    assert enable(rig, made["UUID"], enabled=True) == "Enabling"
    rig.await_names([1])


def test_disabled_and_enabled(rig: Rig) -> None:
    """A mapping that is disabled and enabled goes on where it stopped: nothing is lost or comes twice."""
    made = rig.make_mapping(rig.make_stream())
    rig.put({"name": 1})
    rig.await_names([1])
    assert enable(rig, made["UUID"], enabled=False) == "Disabling"
    rig.put({"name": 2})
    enable(rig, made["UUID"], enabled=True)
    rig.await_names([1, 2])


def test_disabled_while_the_function_runs(rig: Rig) -> None:
    """An invocation under way is not cut short: the mapping is Disabling until it ends, then Disabled."""
    made = rig.make_mapping(rig.make_stream(), BatchSize=1)
    queue, _ = rig.make_queue()
    rig.put({"name": 1, "do": "wait", "seconds": 3, "tell": queue}, {"name": 2})
    rig.message(queue)
    assert rig.functions.update_event_source_mapping(UUID=made["UUID"], Enabled=False)["State"] == "Disabling"
    assert rig.state(made["UUID"]) == "Disabling"
    eventually(
        lambda: rig.state(made["UUID"]) == "Disabled", within=PATIENCE, what="the mapping to be Disabled"
    )
    rig.await_names([1])
    enable(rig, made["UUID"], enabled=True)
    rig.await_names([1, 2])


def test_removed_while_the_function_runs(rig: Rig) -> None:
    """A mapping does not wait for a long invocation: it is gone after two seconds, unchanged."""
    made = rig.make_mapping(rig.make_stream(), BatchSize=1)
    queue, _ = rig.make_queue()
    rig.put({"name": 1, "do": "wait", "seconds": 6, "tell": queue}, {"name": 2})
    rig.message(queue)
    rig.functions.delete_event_source_mapping(UUID=made["UUID"])
    with pytest.raises(rig.functions.exceptions.ResourceInUseException):
        rig.functions.update_event_source_mapping(UUID=made["UUID"], BatchSize=2)
    with pytest.raises(rig.functions.exceptions.ResourceInUseException):
        rig.functions.delete_event_source_mapping(UUID=made["UUID"])
    assert rig.state(made["UUID"]) == "Deleting"
    eventually(lambda: rig.state(made["UUID"]) is None, within=4, what="the mapping to be gone")
    rig.await_names([1])


def test_updated(rig: Rig) -> None:
    """The answer to Update says Updating and already has the new values; the mapping keeps its place."""
    made = rig.make_mapping(rig.make_stream(), BatchSize=1)
    rig.put(*({"name": number} for number in range(10)))
    changed = rig.functions.update_event_source_mapping(
        UUID=made["UUID"], BatchSize=3, MaximumBatchingWindowInSeconds=1, MaximumRetryAttempts=7
    )
    assert changed["State"] == "Updating"
    assert changed["BatchSize"] == 3
    assert changed["MaximumRetryAttempts"] == 7
    rig.await_names(range(10))
    assert rig.state(made["UUID"]) == "Enabled"
    rig.put({"name": 10}, {"name": 11}, {"name": 12})
    rig.await_names(range(13))
    assert rig.calls()[-1].names == [10, 11, 12]


def test_filters_and_destination_removed(rig: Rig) -> None:
    """Empty filters and an empty destination remove both, and what was filtered out stays out."""
    _, queue_arn = rig.make_queue()
    pattern = json.dumps({"data": {"name": ["yes"]}})
    made = rig.make_mapping(
        rig.make_stream(),
        FilterCriteria={"Filters": [{"Pattern": pattern}]},
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )
    rig.put({"name": "no"}, {"name": "yes"})
    rig.await_names(["yes"])
    changed = rig.functions.update_event_source_mapping(
        UUID=made["UUID"],
        FilterCriteria={"Filters": []},
        DestinationConfig={"OnFailure": {"Destination": ""}},
    )
    assert changed.get("FilterCriteria") is None
    assert changed["DestinationConfig"]["OnFailure"] == {}
    rig.put({"name": "no longer filtered"})
    rig.await_names(["yes", "no longer filtered"])


def test_function_changed(rig: Rig) -> None:
    """New code and a new configuration of the function leave the mapping's place as it is."""
    rig.make_mapping(rig.make_stream())
    rig.put({"name": 1})
    rig.await_names([1])
    rig.functions.update_function_configuration(FunctionName=rig.name, MemorySize=256)
    rig.put({"name": 2})
    rig.functions.get_waiter("function_updated_v2").wait(
        FunctionName=rig.name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    rig.put({"name": 3})
    rig.await_names([1, 2, 3])


def test_made_again(rig: Rig) -> None:
    """A mapping that is removed and made again has another id and delivers all from its starting position."""
    stream_arn = rig.make_stream()
    first = rig.make_mapping(stream_arn)
    rig.put({"name": 1}, {"name": 2})
    rig.await_names([1, 2])
    answer = rig.functions.delete_event_source_mapping(UUID=first["UUID"])
    assert answer["State"] == "Deleting"
    eventually(lambda: rig.state(first["UUID"]) is None, within=PATIENCE, what="the mapping to be gone")
    second = rig.make_mapping(stream_arn)
    assert second["UUID"] != first["UUID"]
    rig.await_names([1, 2, 1, 2])


def test_stream_deleted(rig: Rig) -> None:
    """Without its stream a mapping stays Enabled, says what is wrong, and can be removed."""
    made = rig.make_mapping(rig.make_stream())
    rig.kinesis.delete_stream(StreamName=rig.name)
    rig.await_problem(made["UUID"])
    assert rig.state(made["UUID"]) == "Enabled"
    rig.delete_mapping(made["UUID"])


def test_listed_by_function(rig: Rig) -> None:
    """A list by function has the mappings of that function, by name, ARN or qualifier, and of no other."""
    made = rig.make_mapping(rig.make_stream())

    def listed(function: str) -> list[str]:
        """List the ids of a function's mappings."""
        answer = rig.functions.list_event_source_mappings(FunctionName=function)
        return [mapping["UUID"] for mapping in answer["EventSourceMappings"]]

    for function in (rig.name, rig.function_arn, f"{rig.name}:$LATEST"):
        assert listed(function) == [made["UUID"]]
    for function in (rig.name[:-1], rig.name[1:], rig.function_arn[:-1], "function", f"{rig.name}:live"):
        assert listed(function) == []


def refused(rig: Rig, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401  the API's parameters
    """Ask for a mapping that is refused; returns the answer's parsed body."""
    with pytest.raises(ClientError) as raised:
        rig.make_mapping(**parameters)
    return dict(raised.value.response)


def test_made_twice(rig: Rig) -> None:
    """A second mapping of the same stream and function is refused in AWS's words, with the first's id."""
    stream_arn = rig.make_stream()
    made = rig.make_mapping(stream_arn)
    answer = refused(rig, stream_arn=stream_arn)
    assert answer["Error"]["Code"] == "ResourceConflictException"
    assert answer["Error"]["Message"] == (
        f'The event source arn (" {stream_arn} ") and function (" {rig.name} ") provided mapping already '
        f"exists. Please update or delete the existing mapping with UUID {made['UUID']}"
    )


def test_unknown_stream(rig: Rig) -> None:
    """A stream that does not exist is refused by its ARN."""
    arn = f"arn:aws:kinesis:{rig.target.region}:{rig.target.account}:stream/{rig.name}"
    answer = refused(rig, stream_arn=arn)
    assert answer["Error"] == {
        "Code": "InvalidParameterValueException",
        "Message": f"Stream not found: {arn}",
    }


def test_refused(rig: Rig) -> None:
    """What AWS refuses is refused at create and at update, and changes nothing."""
    stream_arn = rig.make_stream()
    age = refused(rig, stream_arn=stream_arn, MaximumRecordAgeInSeconds=59)
    assert age["Error"]["Code"] == "InvalidParameterValueException"
    assert age["Type"] == "User"
    pattern = refused(rig, stream_arn=stream_arn, FilterCriteria={"Filters": [{"Pattern": '{"data":"x"}'}]})
    assert pattern["Error"]["Message"] == "Invalid filter pattern definition."
    made = rig.make_mapping(stream_arn)
    with pytest.raises(ClientError) as raised:
        rig.functions.update_event_source_mapping(
            UUID=made["UUID"], ParallelizationFactor=2, TumblingWindowInSeconds=30
        )
    assert raised.value.response["Error"]["Message"] == (
        "Parallelization factor must be equal to 1 when tumbling window period is configured"
    )
    assert rig.functions.get_event_source_mapping(UUID=made["UUID"])["ParallelizationFactor"] == 1


def test_refused_in_a_template(rig: Rig) -> None:
    """CloudFormation fails with the same sentence."""
    stream_arn = rig.make_stream()
    mapping = {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "EventSourceArn": stream_arn,
            "FunctionName": rig.name,
            "StartingPosition": "TRIM_HORIZON",
            "TumblingWindowInSeconds": 30,
            "ParallelizationFactor": 2,
        },
    }
    cloudformation = rig.target.client("cloudformation")
    cloudformation.create_stack(
        StackName=rig.name, TemplateBody=json.dumps({"Resources": {"Mapping": mapping}})
    )

    def reasons() -> list[str]:
        """Read why the mapping could not be made."""
        events = cloudformation.describe_stack_events(StackName=rig.name)["StackEvents"]
        return [
            event.get("ResourceStatusReason", "") for event in events if "FAILED" in event["ResourceStatus"]
        ]

    found = eventually(reasons, within=PATIENCE)
    cloudformation.delete_stack(StackName=rig.name)
    assert any("Parallelization factor must be equal to 1" in reason for reason in found)


def test_refused_in_a_changed_template(rig: Rig) -> None:
    """A change by UpdateStack that fails is undone: the mapping stays, and goes with its stack."""
    stream_arn = rig.make_stream()
    cloudformation = rig.target.client("cloudformation")

    def template(**asked: int) -> str:
        """Write a template with the mapping."""
        properties = {"EventSourceArn": stream_arn, "FunctionName": rig.name, **asked}
        properties["StartingPosition"] = "TRIM_HORIZON"
        mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}
        return json.dumps({"Resources": {"Mapping": mapping}})

    def status() -> str:
        """Read the stack's status."""
        return cloudformation.describe_stacks(StackName=rig.name)["Stacks"][0]["StackStatus"]

    def mappings() -> list[Any]:
        """List the function's mappings."""
        return list(rig.functions.list_event_source_mappings(FunctionName=rig.name)["EventSourceMappings"])

    cloudformation.create_stack(StackName=rig.name, TemplateBody=template())
    eventually(lambda: status() == "CREATE_COMPLETE", within=PATIENCE, what="the stack")
    cloudformation.update_stack(StackName=rig.name, TemplateBody=template(MaximumRecordAgeInSeconds=59))
    eventually(
        lambda: status() == "UPDATE_ROLLBACK_COMPLETE", within=PATIENCE, what="the change to be undone"
    )
    assert [mapping["MaximumRecordAgeInSeconds"] for mapping in mappings()] == [-1]
    cloudformation.update_stack(StackName=rig.name, TemplateBody=template(BatchSize=7))
    eventually(lambda: status() == "UPDATE_COMPLETE", within=PATIENCE, what="a change that is possible")
    assert [mapping["BatchSize"] for mapping in mappings()] == [7]
    cloudformation.delete_stack(StackName=rig.name)
    eventually(lambda: not mappings(), within=PATIENCE, what="the mapping to be gone")
