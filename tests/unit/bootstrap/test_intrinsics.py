from typing import Any

import pytest

from bootstrap.intrinsics import StackPlace
from bootstrap.template import Resource, asked_for

pytestmark = pytest.mark.unit
HEAD = """
Parameters:
  Size: {Type: Number, Default: 3}
  Zones: {Type: CommaDelimitedList, Default: "a,b"}
Mappings:
  Sizes: {small: {bytes: 7}}
Conditions:
  Mine: !Equals [!Ref "AWS::StackName", mine]
  Large: !And [!Condition Mine, !Not [!Equals [!Ref Size, 3]]]
  Either: !Or [!Condition Large, Condition: Mine]
  Asked: !Equals [!ImportValue x, y]
Resources:
  Named: {Type: "AWS::SQS::Queue", Properties: {QueueName: !Sub "${AWS::StackName}-q"}}
  Unnamed: {Type: "AWS::SQS::Queue"}
  Topic: {Type: "AWS::SNS::Topic"}
  Other: {Type: "AWS::SSM::Parameter"}
"""
IDS = {
    "Unnamed": "https://sqs/1/mine-Unnamed-X",
    "Named": "https://sqs/1/mine-q",
    "Topic": "arn:aws:sns:us-east-1:1:mine-Topic-Y",
    "Other": "/p",
}


def asked(value: str, condition: str = "") -> dict[str, Resource]:
    """Return each resource of a template in which one property of one has this value."""
    last = f'  It: {{Type: "X::Y", {condition} Properties: {{Value: {value}}}}}\n'
    found = asked_for(HEAD + last, {}, StackPlace("mine", "us-east-1", "1"), IDS)
    return {resource.name: resource for resource in found}


@pytest.mark.parametrize(
    ("value", "is_"),
    [
        ('!Join ["-", [!Ref "AWS::StackName", bucket, !Ref Size]]', "mine-bucket-3"),
        ('{"Fn::Join": ["-", [{"Ref": "AWS::StackName"}, "bucket"]]}', "mine-bucket"),
        ("!Select [1, [a, b]]", "b"),
        ("!Select [0, !Split [',', 'c,d']]", "c"),
        ("!Ref Zones", ["a", "b"]),
        ("!Join ['+', !Ref Zones]", "a+b"),
        ("!FindInMap [Sizes, small, bytes]", 7),
        ("!If [Large, yes, no]", False),
        ("!If [Either, 1, 2]", 1),
        ("{a: !If [Large, 1, !Ref 'AWS::NoValue'], b: 2}", {"b": 2}),
        (
            '!Sub "${!Literal}-${Named}-${Named.Arn}"',
            "${Literal}-https://sqs/1/mine-q-arn:aws:sqs:us-east-1:1:mine-q",
        ),
        ('!Sub ["${x}", {x: !Ref Other}]', "/p"),
        ("!Ref Unnamed", "https://sqs/1/mine-Unnamed-X"),
        ("!GetAtt Unnamed.Arn", "arn:aws:sqs:us-east-1:1:mine-Unnamed-X"),
        ("!GetAtt [Named, Arn]", "arn:aws:sqs:us-east-1:1:mine-q"),
        ("!Ref Topic", "arn:aws:sns:us-east-1:1:mine-Topic-Y"),
        ('!Sub "arn.${AWS::URLSuffix}"', "arn.amazonaws.com"),
    ],
)
def test_what_can_be_evaluated(value: str, is_: Any) -> None:  # noqa: ANN401  any property
    """Each function has CloudFormation's own value, in the short form and in JSON's."""
    resource = asked(value)["It"]
    if "None" in str(is_):
        assert resource.unknown == ("It.Value: !Ref Named",), (
            "a queue's URL is its physical id, not known here"
        )
    else:
        assert (resource.properties["Value"], resource.unknown) == (is_, ())


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("!ImportValue x", "It.Value: !ImportValue"),
        ("!GetAtt Other.Value", "It.Value: !GetAtt Other.Value"),
        ('!Sub "a-${Other.Value}"', "It.Value: !GetAtt Other.Value"),
        ("!Join ['', [a, !ImportValue x]]", "It.Value: !ImportValue"),
        ("!If [Asked, 1, 2]", "It.Value: !ImportValue"),
        ("[1, {a: !Cidr [x, 1]}]", "It.Value: !Cidr"),
        ("{a: 1, b: !GetAZs ''}", "It.Value.b: !GetAZs"),
        ("!Select [7, [a]]", "It.Value: !Select"),
        ("!Ref Nothing", "It.Value: !Ref"),
        ("{'Fn::Transform': {Name: x}}", "It.Value: !Transform"),
    ],
)
def test_what_cannot_be_known(value: str, what: str) -> None:
    """What cannot be known here is named with its path, and nothing beside it is lost."""
    resource = asked(value)["It"]
    assert resource.unknown == (what,)
    assert resource.properties in ({}, {"Value": {"a": 1}})


def test_a_name_that_cloudformation_gave() -> None:
    """A resource without a name is found by its physical id, and asked for no name."""
    found = asked("1")
    assert (found["Unnamed"].properties, found["Unnamed"].named) == ({}, {"QueueName": "mine-Unnamed-X"})
    assert found["Named"].named == {"QueueName": "mine-q"}
    assert found["Topic"].named == {"TopicName": "mine-Topic-Y"}


def test_conditions() -> None:
    """A resource whose condition does not hold is not asked for; one that cannot be evaluated is."""
    assert "It" not in asked("1", "Condition: Large,")
    assert "It" in asked("1", "Condition: Either,")
    assert "It" in asked("1", "Condition: Asked,")


def test_a_transform() -> None:
    """What is no resource but makes some is named as such."""
    found = asked_for("Resources: {'Fn::ForEach::All': [x, [a], {}]}", {}, StackPlace("s", "r", "1"), {})
    assert found == [Resource("Fn::ForEach::All", "a transform", {})]
