"""What is not there: AWS's answer for "none", or one sentence."""

import pytest

from tailrace.startup.absent import NONE, AwsError, answer, sentence

pytestmark = pytest.mark.unit


def test_an_empty_list() -> None:
    """A list of what cannot be made is empty."""
    assert answer("dynamodb", "ListBackups", {"TableName": "t"}) == {"BackupSummaries": []}


def test_named_things_do_not_exist() -> None:
    """What is asked for by name is said not to exist, with its name, in AWS's words."""
    asked = {"repositoryNames": ["images"], "registryId": "000000000000"}
    assert answer("ecr", "DescribeRepositories", asked) == AwsError(
        "RepositoryNotFoundException",
        "The repository with name 'images' does not exist in the registry with id '000000000000'",
    )
    assert answer("ecr", "DescribeRepositories", {}) == {"repositories": []}


def test_others_are_left_alone() -> None:
    """An operation that is not in the table is answered by its service."""
    assert answer("dynamodb", "ListTables", {}) is None
    assert answer("none", "List", {}) is None


def test_only_reads_are_answered() -> None:
    """Nothing that makes or changes a thing is answered so: it would be accepted and ignored."""
    operations = {operation for known in NONE.values() for operation in known}
    assert {name for name in operations if not name.startswith(("Get", "List", "Describe"))} == set()


def test_sentence() -> None:
    """The sentence names the operation, or the service where all of it is missing."""
    assert sentence("logs", "PutTransformer") == (
        "This emulator's logs does not do PutTransformer: it can only be tried on AWS."
    )
    assert sentence("ecr", None) == "This emulator has no ecr: what needs it can only be tried on AWS."
