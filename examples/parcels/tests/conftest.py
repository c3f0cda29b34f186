"""The stack of the parcels, deployed as its users deploy it."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tailrace.testing.clients import Aws

ROOT = Path(__file__).parent.parent
STACK, BUCKET = "parcels", "parcels-code"


@pytest.fixture(scope="session")
def outputs(aws: Aws) -> Iterator[dict[str, str]]:
    """Deploy the stack, and give its outputs."""
    aws("s3").create_bucket(Bucket=BUCKET)
    cloudformation = aws("cloudformation")
    deploy = [str(ROOT / "deploy.sh"), STACK, BUCKET]
    done = subprocess.run(
        deploy, env={**os.environ, **aws.environ}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    yield {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    cloudformation.delete_stack(StackName=STACK)
