"""The till's stack, on the emulator that the plugin gives."""

import io
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tills import Till

from tailrace.testing.bench import Bench
from tailrace.testing.eventually import eventually

ROOT = Path(__file__).parent.parent
STACK, BUCKET, KEY = "till", "till-code", "till.zip"


@pytest.fixture
def till(tailrace: Bench, outputs: dict[str, str]) -> Till:
    """Give the till, with a ledger of the test's own."""
    return Till(tailrace, outputs)


@pytest.fixture(scope="session")
def outputs(tailrace: Bench) -> Iterator[dict[str, str]]:
    """Build the function, deploy the stack, and give its outputs."""
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

    settled = ("CREATE_COMPLETE", "ROLLBACK_COMPLETE")

    def created() -> dict[str, Any] | None:
        """See the stack created, or rolled back."""
        (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        return stack if stack["StackStatus"] in settled else None

    stack = eventually(created, within=60) or {}
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
    assert failed == []
    yield {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    cloudformation.delete_stack(StackName=STACK)


def _packed() -> bytes:
    install = [] if (ROOT / "node_modules").exists() else [["npm", "ci", "--no-audit", "--no-fund"]]
    for command in (*install, ["npm", "run", "build"]):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(ROOT / "build" / "till.mjs", "till.mjs")
    return packed.getvalue()
