import pytest

from bootstrap.readback import _document, tag_list

pytestmark = pytest.mark.unit


def test_tags_of_either_shape() -> None:
    """Tags are the same whether a service tells them as a mapping or as a list."""
    wanted = [{"Key": "tailrace:stack", "Value": "mine"}]
    assert tag_list({"tailrace:stack": "mine"}) == wanted
    assert tag_list([{"Key": "tailrace:stack", "Value": "mine"}]) == wanted


def test_tags_of_aws_s_own() -> None:
    """What AWS itself puts on a resource is nobody's wish."""
    assert tag_list({"aws:cloudformation:stack-name": "mine", "a": "b"}) == [{"Key": "a", "Value": "b"}]


def test_a_policy_as_text() -> None:
    """A policy is the same as text with percent signs, which IAM answers with, and as a document."""
    assert _document("%7B%22Version%22%3A%20%222012-10-17%22%7D") == {"Version": "2012-10-17"}
    assert _document({"Version": "2012-10-17"}) == {"Version": "2012-10-17"}
