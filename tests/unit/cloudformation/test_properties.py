"""Properties of a template's resources: each in CloudFormation's newest schemas has been decided on."""

import json
from pathlib import Path
from typing import Any

import pytest

from tailrace.cloudformation.properties import TABLE, kept, sentence

pytestmark = pytest.mark.unit

LOOKED_AT: dict[str, str] = json.loads(
    (Path(__file__).parents[2] / "data" / "properties.json").read_text(encoding="utf-8")
)


def schema(kind: str) -> dict[str, Any]:
    """Give the schema of a type, as the newest cfn-lint has it."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped] # noqa: PLC0415  it ships no types; a second for each worker that collects

    found: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    return found


@pytest.mark.parametrize("kind", sorted({*TABLE, *LOOKED_AT}))
def test_every_property_is_known(kind: str) -> None:
    """Each property that a template may give is one that somebody decided on: kept, refused, or else done."""
    read = {path.split("/")[2] for path in schema(kind).get("readOnlyProperties", []) if path.count("/") == 2}
    assert set(schema(kind)["properties"]) - read == set(LOOKED_AT[kind].split())
    known = TABLE[kind]
    assert known.kept.keys() & known.refused.keys() == set()
    assert {*known.kept, *known.refused, *known.done_as} <= set(LOOKED_AT[kind].split())
    assert all([*known.kept.values(), *known.refused.values()])


def test_what_is_refused() -> None:
    """A property that nobody does is refused by name, but for the value that is so here anyhow."""
    kind = "AWS::Kinesis::Stream"
    assert sentence(kind, {"RecordDistributionStrategy": "USER_PARTITION_KEY"}) is None
    assert sentence(kind, {"RecordDistributionStrategy": "AUTO"}) == (
        "RecordDistributionStrategy of AWS::Kinesis::Stream is not done by this emulator "
        "(records go to shards by their partition keys)"
    )


def test_what_is_kept() -> None:
    """What has no effect is named, and refused if that is asked for; other types are left alone."""
    bucket = {"LifecycleConfiguration": {"Rules": [{}]}, "LoggingConfiguration": {}, "BucketName": "b"}
    assert kept("AWS::S3::Bucket", bucket) == ["LifecycleConfiguration"]
    assert sentence("AWS::S3::Bucket", bucket) is None
    assert "LifecycleConfiguration of AWS::S3::Bucket" in str(
        sentence("AWS::S3::Bucket", bucket, strict=True)
    )
    assert kept("AWS::S3::AccessPoint", {"Policy": {}}) == []
    assert sentence("AWS::S3::AccessPoint", {"Policy": {"a": 1}}, strict=True) is None
