"""Encryption, monitoring, policies, record sizes, ids: what changes a stream beside its shards (1.2)."""

import json

import pytest

from tailrace.kinesis.lifecycle import TRANSITIONS, Life, LifecycleEvent, OutOfPlaceError, Status
from tests.unit.kinesis.stage import ACCOUNT, FIRST, REGION, Stage, encoded

pytestmark = pytest.mark.unit
ARN = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks"
KMS = {"StreamName": "clicks", "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}


def test_encryption_is_seen() -> None:
    """While a stream is encrypted its puts, its description and its records say KMS; then no longer."""
    stage = Stage(shards=1)
    stage.put("plain")
    stage("StartStreamEncryption", **KMS)
    shown = stage("DescribeStream", StreamName="clicks")["StreamDescription"]
    assert (shown["EncryptionType"], shown["KeyId"]) == ("KMS", "alias/aws/kinesis")
    answer = stage("PutRecord", StreamName="clicks", Data=encoded("secret"), PartitionKey="k")
    assert answer["EncryptionType"] == "KMS"
    stage("StopStreamEncryption", **KMS)
    stage.put("plain again")
    assert stage("DescribeStream", StreamName="clicks")["StreamDescription"]["EncryptionType"] == "NONE"
    records = stage("GetRecords", ShardIterator=stage.iterator("TRIM_HORIZON"))["Records"]
    assert [record.get("EncryptionType") for record in records] == [None, "KMS", None]


def test_enable_enhanced_monitoring_all() -> None:
    """ALL names the seven metrics in the answer (recorded); they are read back, and disabled one by one."""
    stage = Stage(shards=1)
    answer = stage("EnableEnhancedMonitoring", StreamName="clicks", ShardLevelMetrics=["ALL"])
    assert answer["CurrentShardLevelMetrics"] == []
    assert len(answer["DesiredShardLevelMetrics"]) == 7
    assert answer["StreamARN"] == ARN
    less = stage("DisableEnhancedMonitoring", StreamName="clicks", ShardLevelMetrics=["IncomingBytes"])
    assert len(less["DesiredShardLevelMetrics"]) == 6
    [monitored] = stage("DescribeStream", StreamName="clicks")["StreamDescription"]["EnhancedMonitoring"]
    assert monitored["ShardLevelMetrics"] == less["DesiredShardLevelMetrics"]


def test_max_record_size() -> None:
    """The old size is shown while the stream is UPDATING, and nothing else may change it then (recorded)."""
    stage = Stage(shards=1, delay=5.0)
    stage.now += 5
    stage("UpdateMaxRecordSize", StreamARN=ARN, MaxRecordSizeInKiB=2048)
    summary = stage("DescribeStreamSummary", StreamName="clicks")["StreamDescriptionSummary"]
    assert (summary["StreamStatus"], summary["MaxRecordSizeInKiB"]) == ("UPDATING", 1024)
    assert stage.refusal("UpdateMaxRecordSize", StreamARN=ARN, MaxRecordSizeInKiB=1024) == (
        "ResourceInUseException",
        f"Stream clicks under account {ACCOUNT} not ACTIVE, instead in state UPDATING",
    )
    stage.now += 5
    summary = stage("DescribeStreamSummary", StreamName="clicks")["StreamDescriptionSummary"]
    assert (summary["StreamStatus"], summary["MaxRecordSizeInKiB"]) == ("ACTIVE", 2048)


def test_get_resource_policy_without_a_policy() -> None:
    """Without a policy Get gives an empty object, and Delete finds none (recorded)."""
    stage = Stage(shards=1)
    assert stage("GetResourcePolicy", ResourceARN=ARN) == {"Policy": "{}"}
    assert stage.refusal("DeleteResourcePolicy", ResourceARN=ARN) == (
        "ResourceNotFoundException",
        f"No resource policy found for resource ARN {ARN}.",
    )
    assert stage.refusal("PutResourcePolicy", ResourceARN=ARN, Policy="{") == (
        "InvalidArgumentException",
        "Policy validation error: This policy contains invalid Json",
    )


def policy(*actions: str, account: str = "9" * 12) -> str:
    """Write a policy that lets an account do something with the stream."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": account},
        "Action": list(actions),
        "Resource": ARN,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_list_of_one_action_is_read_back_as_that_action() -> None:
    """A list of one action comes back as a scalar (recorded), and deleting ends it."""
    stage = Stage(shards=1)
    stage("PutResourcePolicy", ResourceARN=ARN, Policy=policy("kinesis:GetRecords"))
    read = json.loads(stage("GetResourcePolicy", ResourceARN=ARN)["Policy"])
    assert read["Statement"][0]["Action"] == "kinesis:GetRecords"
    stage("DeleteResourcePolicy", ResourceARN=ARN)
    assert stage("GetResourcePolicy", ResourceARN=ARN) == {"Policy": "{}"}


def test_another_accounts_stream() -> None:
    """A stream of another account is used by its ARN only as far as its policy allows."""
    stage = Stage(shards=1)
    asked = {"StreamARN": ARN, "ShardId": FIRST, "ShardIteratorType": "LATEST"}
    stage.account = "9" * 12
    code, text = stage.refusal("GetShardIterator", **asked)
    assert code == "AccessDeniedException"
    assert text.endswith("because no resource-based policy allows the kinesis:GetShardIterator action")
    stage.account = ACCOUNT
    stage("PutResourcePolicy", ResourceARN=ARN, Policy=policy("kinesis:GetShardIterator", "kinesis:List*"))
    stage.account = "9" * 12
    assert stage("GetShardIterator", **asked)
    assert stage("ListShards", StreamARN=ARN)
    assert stage.refusal("DescribeStream", StreamARN=ARN)[0] == "AccessDeniedException"


def test_is_found_by_its_id() -> None:
    """A stream has an id, which names it like its name does."""
    stage = Stage(shards=1)
    summary = stage("DescribeStreamSummary", StreamName="clicks")["StreamDescriptionSummary"]
    assert stage("ListShards", StreamId=summary["StreamId"])["Shards"]


def test_the_account_has_no_commitment() -> None:
    """The account's settings are those of AWS's default (recorded)."""
    stage = Stage()
    disabled = {"MinimumThroughputBillingCommitment": {"Status": "DISABLED"}}
    assert stage("DescribeAccountSettings") == disabled
    enabled = {"MinimumThroughputBillingCommitment": {"Status": "ENABLED"}}
    assert stage.refusal("UpdateAccountSettings", **enabled)[0] == "UnsupportedOperationException"


def test_the_table_of_states() -> None:
    """Every state but the last ends when it is due; nothing leaves DELETING but the end."""
    assert [state for state, moves in TRANSITIONS.items() if LifecycleEvent.DUE not in moves] == [
        Status.ACTIVE,
        Status.GONE,
    ]
    assert set(TRANSITIONS[Status.DELETING]) == {LifecycleEvent.DUE}
    assert [state for state, moves in TRANSITIONS.items() if LifecycleEvent.CHANGE in moves] == [
        Status.ACTIVE
    ]


def test_what_became_due_stays_so() -> None:
    """A stream that was ACTIVE once is not CREATING again when the clock steps back."""
    life = Life(10.0)
    assert [life.status(9.0), life.status(10.0), life.status(5.0)] == ["CREATING", "ACTIVE", "ACTIVE"]
    with pytest.raises(OutOfPlaceError):
        Life(10.0).move(LifecycleEvent.CHANGE, 5.0, 6.0)
