import pytest

from bootstrap.compare import canonical, differences

pytestmark = pytest.mark.unit


def test_the_same() -> None:
    """No difference between what is the same in other words: numbers as text, lists in another order."""
    asked = {"ShardCount": "2", "Enabled": True, "Actions": ["b", "a"], "Threshold": 1}
    found = {"ShardCount": 2, "Enabled": "true", "Actions": ["a", "b"], "Threshold": 1.0}
    assert differences(asked, found, "Thing") == []


def test_one_element_is_a_list_of_one() -> None:
    """A policy with one action says the same with and without a list around it."""
    assert canonical({"Action": ["sqs:SendMessage"]}) == canonical({"Action": "sqs:SendMessage"})


def test_another_value() -> None:
    """Another value is a difference, by its path, with what is and what was asked for."""
    assert differences({"Timeout": 300}, {"Timeout": 3}, "Function") == [
        "Function.Timeout is 3; asked for was 300"
    ]


def test_left_out() -> None:
    """A property that was left out is a difference."""
    assert differences({"RetentionInDays": 14}, {}, "LogGroup") == [
        "LogGroup.RetentionInDays is not set; asked for was 14"
    ]


def test_of_the_service_s_own() -> None:
    """What a service adds of its own is no difference."""
    assert differences({"Name": "a"}, {"Name": "a", "Arn": "arn"}, "Stream") == []


def test_one_action_more() -> None:
    """A policy with one action more is a difference that names its statement."""
    asked = [{"Sid": "Store", "Action": ["a"]}, {"Sid": "Send", "Action": ["b"]}]
    found = [{"Sid": "Store", "Action": ["a", "c"]}, {"Sid": "Send", "Action": ["b"]}]
    assert differences({"Statement": asked}, {"Statement": found}, "Policy") == [
        'Policy.Statement.Store.Action is ["a", "c"]; asked for was ["a"]'
    ]


def test_one_statement_more() -> None:
    """A statement that nobody asked for is a difference, and so is a tag."""
    asked = [{"Sid": "Store", "Action": ["a"]}]
    found = [*asked, {"Sid": "All", "Action": "*"}]
    assert differences(asked, found, "Policy") == [
        'Policy.All is {"Sid": "All", "Action": "*"}; asked for was not set'
    ]


def test_a_condition_more() -> None:
    """A condition that a statement lacks is a difference, though the rest of it is the same."""
    asked = [{"Sid": "Put", "Condition": {"StringEquals": {"cloudwatch:namespace": "A"}}}]
    assert differences(asked, [{"Sid": "Put"}], "Policy") == [
        'Policy.Put.Condition is not set; asked for was {"StringEquals": {"cloudwatch:namespace": "A"}}'
    ]
