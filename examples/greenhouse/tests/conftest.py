"""The greenhouse's stack, on the emulator that the plugin gives."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tailrace.testing.bench import Bench
from tailrace.testing.eventually import eventually

ROOT = Path(__file__).parent.parent
STACK, BUCKET, KEY = "greenhouse", "greenhouse-code", "greenhouse.zip"


@pytest.fixture(scope="session")
def outputs(tailrace: Bench) -> Iterator[dict[str, str]]:
    """Deploy the stack, and give its outputs."""
    s3, cloudformation = tailrace.aws("s3"), tailrace.aws("cloudformation")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=_packed())
    cloudformation.create_stack(
        StackName=STACK,
        TemplateBody=(ROOT / "template.yaml").read_text(),
        Parameters=[
            {"ParameterKey": "CodeBucket", "ParameterValue": BUCKET},
            {"ParameterKey": "CodeKey", "ParameterValue": KEY},
        ],
        Capabilities=["CAPABILITY_IAM"],
    )

    def created() -> dict[str, Any] | None:
        """See the stack created."""
        (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        assert stack["StackStatus"] in ("CREATE_IN_PROGRESS", "CREATE_COMPLETE"), stack
        return stack if stack["StackStatus"] == "CREATE_COMPLETE" else None

    stack = eventually(created, within=60) or {}
    yield {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    cloudformation.delete_stack(StackName=STACK)


def _packed() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(ROOT / "greenhouse.py", "greenhouse.py")
    return packed.getvalue()
