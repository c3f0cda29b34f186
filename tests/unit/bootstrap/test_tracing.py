from pathlib import Path
from typing import Any

import pytest

from bootstrap.intrinsics import StackPlace
from bootstrap.settings import PipelineSettings
from bootstrap.template import asked_for

pytestmark = pytest.mark.unit
CODE = {"CodeBucket": "b", "CodeKey": "k.zip", "DetectorCodeKey": "d.zip"}
TEMPLATE = Path("bootstrap/template.yaml").read_text(encoding="utf-8")
IDS = {"Quarantine": "https://sqs/q", "DeadLetters": "https://sqs/d", "Mapping": "uuid"}
TRACE = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}


def asked(**settings: str) -> dict[str, dict[str, Any]]:
    """Return each resource's properties with these settings."""
    parameters = {
        **PipelineSettings.from_environment(settings).parameters(),
        "CodeBucket": "b",
        "CodeKey": "k.zip",
        "DetectorCodeKey": "d.zip",
    }
    place = StackPlace("tailrace", "eu-central-1", "111122223333")
    return {resource.name: resource.properties for resource in asked_for(TEMPLATE, parameters, place, IDS)}


@pytest.mark.parametrize(("tracing", "mode"), [("0", "PassThrough"), ("1", "Active")])
def test_both_functions_are_traced_or_none(tracing: str, mode: str) -> None:
    """TRACING=1 has both functions traced, and lets their roles send traces; otherwise neither."""
    found = asked(TRACING=tracing, TARGET="aws", AWS_ACCOUNT_ID="111122223333")
    for function, role in (("Function", "Role"), ("DetectorFunction", "DetectorRole")):
        assert found[function]["TracingConfig"] == {"Mode": mode}
        (policy,) = found[role]["Policies"]
        actions = {action for each in policy["PolicyDocument"]["Statement"] for action in each["Action"]}
        assert actions & TRACE == (TRACE if tracing == "1" else set())
