import pytest

from tailrace.cloudformation import changes, completions
from tailrace.cloudformation.tags import difference

pytestmark = pytest.mark.unit
POLICY = {"PolicyName": "P", "PolicyDocument": {"Statement": []}}
ROLE = {"RoleName": "r", "AssumeRolePolicyDocument": {"Statement": []}, "Policies": [POLICY]}
WAITED = ("wait", {"StreamName": "s", "WaiterConfig": {"Delay": 0.1, "MaxAttempts": 600}})
STREAM = {"Name": "s", "ShardCount": 2, "RetentionPeriodHours": 24}


class Service:
    """A service that notes the calls that are made."""

    def __init__(self, calls: list[tuple[str, dict[str, object]]] | None = None) -> None:
        self.calls = [] if calls is None else calls

    def __getattr__(self, operation: str) -> "Call":
        return Call(self.calls, operation)


class Call:
    """One operation of a service."""

    def __init__(self, calls: list[tuple[str, dict[str, object]]], operation: str) -> None:
        self._calls = calls
        self._operation = operation

    def __call__(self, *_: object, **arguments: object) -> "Service":
        """Note the call; what waits for a service is a service too, and its waiting is a call."""
        if self._operation != "get_waiter":
            self._calls.append((self._operation, arguments))
        return Service(self._calls)


class Clients:
    """Every service is the same one."""

    def __init__(self) -> None:
        self.kinesis = self.logs = self.iam = self.dynamodb = self.cloudwatch = Service()

    @property
    def calls(self) -> list[tuple[str, dict[str, object]]]:
        """The calls so far."""
        return self.kinesis.calls


def test_tags_that_changed() -> None:
    """A tag that is new or other is set, one that is gone is removed, the rest is left alone."""
    before = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}, {"Key": "c", "Value": "1"}]
    after = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}, {"Key": "d", "Value": "1"}]
    assert difference(before, after) == ({"b": "2", "d": "1"}, ["c"])


def test_a_stream_s_retention() -> None:
    """A new stream gets the retention that was asked for; the least that there is needs no call."""
    clients = Clients()
    completions.stream(clients, STREAM)
    completions.stream(clients, STREAM | {"RetentionPeriodHours": 48})
    assert clients.calls == [
        ("increase_stream_retention_period", {"StreamName": "s", "RetentionPeriodHours": 48})
    ]


def test_a_new_stream_s_encryption() -> None:
    """Encryption, which CDK's streams have by default, is started last: the stream is busy for a moment."""
    clients = Clients()
    encryption = {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}
    completions.stream(clients, STREAM | {"StreamEncryption": encryption, "RetentionPeriodHours": 48})
    assert clients.calls[-1] == ("start_stream_encryption", {"StreamName": "s"} | encryption)
    assert len(clients.calls) == 2


def test_a_role_s_policies() -> None:
    """A role's policies become what was asked for: put anew, and removed where they are gone."""
    clients = Clients()
    other = {"PolicyName": "Q", "PolicyDocument": {"Statement": [1]}}
    changes.role(clients, ROLE, ROLE | {"Policies": [other]})
    assert clients.calls[1:] == [
        ("put_role_policy", {"RoleName": "r", "PolicyName": "Q", "PolicyDocument": '{"Statement": [1]}'}),
        ("delete_role_policy", {"RoleName": "r", "PolicyName": "P"}),
    ]


def test_a_stream_s_shards() -> None:
    """Another shard count is asked of the engine, which does it or says why not."""
    clients = Clients()
    changes.stream(clients, STREAM, STREAM | {"ShardCount": "3"})
    assert clients.calls == [
        (
            "update_shard_count",
            {"StreamName": "s", "TargetShardCount": 3, "ScalingType": "UNIFORM_SCALING"},
        ),
        WAITED,
    ]


def test_a_stream_s_encryption() -> None:
    """A stream is encrypted, by another key, or no more, as is asked for."""
    one, other = ({"StreamEncryption": {"EncryptionType": "KMS", "KeyId": key}} for key in "ab")
    clients = Clients()
    changes.stream(clients, STREAM, STREAM | one)
    changes.stream(clients, STREAM | one, STREAM | other)
    changes.stream(clients, STREAM | other, STREAM)
    changes.stream(clients, STREAM | other, STREAM | other)
    assert clients.calls == [
        ("start_stream_encryption", {"StreamName": "s", "EncryptionType": "KMS", "KeyId": "a"}), WAITED,
        ("start_stream_encryption", {"StreamName": "s", "EncryptionType": "KMS", "KeyId": "b"}), WAITED,
        ("stop_stream_encryption", {"StreamName": "s", "EncryptionType": "KMS", "KeyId": "b"}), WAITED,
    ]  # fmt: skip


def test_what_cannot_be_changed() -> None:
    """A property that cannot be changed in place is refused by name."""
    table = {"TableName": "t", "Arn": "a", "BillingMode": "PAY_PER_REQUEST"}
    with pytest.raises(changes.Refusal, match="BillingMode of AWS::DynamoDB::Table cannot be changed"):
        changes.table(Clients(), table, table | {"BillingMode": "PROVISIONED"})


def test_what_is_not_asked_for() -> None:
    """What only the service knows, a generated name and a default are no properties that changed."""
    asked = {"BillingMode": "PAY_PER_REQUEST"}
    table = asked | {"TableName": "generated", "Arn": "a"}
    clients = Clients()
    changes.table(clients, table, changes.whole(table, asked, asked))
    assert clients.calls == []


def test_what_is_not_asked_for_any_more() -> None:
    """A property that was asked for and is not any more is one that changed."""
    asked = {"BillingMode": "PAY_PER_REQUEST"}
    table = asked | {"TableName": "generated", "Arn": "a"}
    assert changes.whole(table, {}, asked) == {"TableName": "generated", "Arn": "a"}
    assert changes.whole(table, {}, None) == table
    with pytest.raises(changes.Refusal, match="BillingMode of AWS::DynamoDB::Table"):
        changes.table(Clients(), table, changes.whole(table, {}, asked))
