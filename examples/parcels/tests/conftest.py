"""The stack of the parcels, deployed as its users deploy it."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tailrace.testing.bench import Bench

ROOT = Path(__file__).parent.parent
STACK, BUCKET = "parcels", "parcels-code"


@pytest.fixture(scope="session")
def outputs(tailrace: Bench) -> Iterator[dict[str, str]]:
    """Deploy the stack, and give its outputs."""
    tailrace.aws("s3").create_bucket(Bucket=BUCKET)
    cloudformation = tailrace.aws("cloudformation")
    deploy = [str(ROOT / "deploy.sh"), STACK, BUCKET]
    done = subprocess.run(
        deploy, env={**os.environ, **tailrace.environ}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    yield {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    cloudformation.delete_stack(StackName=STACK)
