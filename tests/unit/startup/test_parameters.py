"""Parameters of what stands around the streaming leg: each of botocore's newest has been decided on."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader

from tailrace.startup.newer import MEMBERS, extend, service_of
from tailrace.startup.parameters import KEPT, REFUSED, SERVED, TABLE, sentence
from tests.unit.protocol.test_model import members, model

pytestmark = pytest.mark.unit

LOOKED_AT: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "data" / "parameters.json").read_text(encoding="utf-8")
)
"""By service: operations with the names of all that they take, and operations that no pipeline uses."""
ONLY_READ = ("List", "Describe", "Delete", "Untag", "Get")


@pytest.mark.parametrize("service", LOOKED_AT)
def test_every_parameter_is_known(service: str) -> None:
    """Each parameter of what makes or changes a thing, however deep, is kept, refused, or else done."""
    looked_at, others = LOOKED_AT[service]["operations"], set(LOOKED_AT[service]["others"].split())
    described = model(service)
    changing = {name for name in described.operation_names if not name.startswith(ONLY_READ)}
    assert looked_at.keys() & others == set()
    assert changing <= looked_at.keys() | others <= set(described.operation_names)
    for operation, known in looked_at.items():
        taken = members(described.operation_model(operation).input_shape)
        assert taken == set(known.split()), operation


def test_the_table_names_what_there_is() -> None:
    """Each row is of a parameter that the service has, or of an attribute, and says how it is here."""
    for row in TABLE:
        first, _, rest = row.place.partition(".")
        names = " ".join(LOOKED_AT[row.service]["operations"].values()).split()
        assert first in names, row
        assert first == "Attributes" or set(rest.split(".")) <= {"", *names}, row
        assert row.becomes in {KEPT, REFUSED}
        assert row.here


def test_what_is_newer_is_in_the_newest_model() -> None:
    """What is added to LocalStack's models is so in botocore's newest, by name, type and place."""
    for service, structures in MEMBERS.items():
        shapes = Loader().load_service_model(service, "service-2")["shapes"]
        added: dict[str, Any] = {"shapes": {name: {"members": {}} for name in structures}}
        extend(service, added)
        for structure, given in structures.items():
            for name, member in given.items():
                newest = shapes[structure]["members"][name]
                assert newest.get("locationName") == member.get("locationName"), name
                types = {shapes[newest["shape"]]["type"], added["shapes"][member["shape"]]["type"]}
                assert len(types) == 1 or types == {"integer", "string"}, name  # a header is a text
            assert added["shapes"][structure]["members"].keys() == given.keys()


def test_what_is_newer_is_decided_on() -> None:
    """Each parameter that LocalStack does not know yet is kept or refused: it is done by nobody."""
    decided = {(row.service, row.place.rpartition(".")[2]) for row in TABLE}
    newer = {
        (service, name) for service, known in MEMBERS.items() for each in known.values() for name in each
    }
    assert newer <= decided


def test_a_model_s_own_members_stay() -> None:
    """What LocalStack knows is not replaced, and other files are left alone."""
    known = {"shapes": {"FilterLogEventsRequest": {"members": {"startFromHead": {"shape": "Boolean"}}}}}
    extend("logs", known)
    assert known["shapes"]["FilterLogEventsRequest"]["members"] == {"startFromHead": {"shape": "Boolean"}}
    assert service_of("data/logs/2014-03-28/paginators-1.json") is None


def test_what_is_refused() -> None:
    """What would change an event's way and is not done is refused by name; what is kept is not."""
    cluster = "arn:aws:ecs:us-east-1:000000000000:cluster/c"
    assert sentence("events", "PutTargets", {"Targets": [{"Arn": cluster}]}) == (
        "PutTargets with such a target is not done by this emulator "
        f"(served: {', '.join(SERVED)}): it can only be tried on AWS."
    )
    replay = {"AttributeName": "ReplayPolicy", "AttributeValue": "{}"}
    assert sentence("sns", "SetSubscriptionAttributes", replay) == (
        "SetSubscriptionAttributes with ReplayPolicy is not done by this emulator (nothing is archived, so "
        "nothing can be replayed): it can only be tried on AWS."
    )
    assert "with EvaluationWindow" in str(sentence("cloudwatch", "PutMetricAlarm", {"EvaluationWindow": {}}))
    queue = "arn:aws:sqs:us-east-1:000000000000:q"
    assert sentence("events", "PutTargets", {"Targets": [{"Arn": queue}]}) is None
    assert sentence("sqs", "CreateQueue", {"Attributes": {"RedriveAllowPolicy": "{}"}}) is None
    assert sentence("logs", "FilterLogEvents", {"startFromHead": True}) is None
    assert all(sentence(service, "Any", {}, strict=True) is None for service in LOOKED_AT)
    failing = {"OnFailure": "DO_NOTHING"}
    assert "with OnFailure" in str(sentence("cloudformation", "CreateStack", failing))
    assert sentence("cloudformation", "CreateStack", {"OnFailure": "DELETE"}) is None
    assert "with startFromHead" in str(sentence("logs", "FilterLogEvents", {"startFromHead": False}))


def test_what_is_refused_if_asked_for() -> None:
    """With TAILRACE_STRICT=1 what has no effect is refused, but not the policies that each role must have."""
    queue = {"Attributes": {"KmsMasterKeyId": "alias/mine"}}
    assert sentence("sqs", "CreateQueue", queue) is None
    assert "KmsMasterKeyId" in str(sentence("sqs", "CreateQueue", queue, strict=True))
    assert sentence("iam", "CreateRole", {"AssumeRolePolicyDocument": "{}"}, strict=True) is None
    assert sentence("cloudwatch", "PutMetricAlarm", {"Tags": [{"Key": "a"}]}, strict=True) is None
