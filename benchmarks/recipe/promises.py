"""The promises of the recipe as it is written, beside those of this pipeline: `make recipe`.

The recipe's function loses what fails, its mapping begins at LATEST and has no dead-letter queue. What its
text does, this does: floats reach DynamoDB, an error is printed and forgotten.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.bed import RECIPE, deployed, target_at
from tailrace.testing.bench import Bench
from tailrace.testing.eventually import eventually
from tailrace.testing.promises import Promises, Put, Stored
from tests.frame import samples
from tests.frame.promised import PipelinePromises

TEMPLATE = Path(__file__).with_name("as_written.yaml")
STACK, BUCKET, KEY = "recipe-as-written", "recipe-as-written", "code.zip"
EXACT = ", parse_float=Decimal"
"""What the measured version has and the recipe's text has not."""


@pytest.fixture(scope="module", autouse=True)
def recipe(tailrace: Bench) -> Iterator[None]:
    """Deploy what the recipe's commands make."""
    s3, cloudformation = tailrace.aws("s3"), tailrace.aws("cloudformation")
    code = (RECIPE / "entry.py").read_text(encoding="utf-8")
    assert EXACT in code  # noqa: S101  the text is the recipe's without it
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("lambda_function.py", code.replace(EXACT, ""))
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=packed.getvalue())
    cloudformation.create_stack(
        StackName=STACK,
        TemplateBody=TEMPLATE.read_text(encoding="utf-8"),
        Capabilities=["CAPABILITY_IAM"],
    )

    def created() -> bool:
        """See the recipe's stack."""
        (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        return bool(stack["StackStatus"] == "CREATE_COMPLETE")

    eventually(created, within=60)
    yield
    cloudformation.delete_stack(StackName=STACK)


@pytest.fixture(scope="module", autouse=True)
def pipeline(tailrace: Bench) -> Iterator[None]:
    """Deploy this pipeline."""
    with deployed(target_at(tailrace.endpoint), "promises") as (stack, _):
        TestPipeline.stack = stack.name
        yield


class TestRecipe(Promises):
    """The recipe as written."""

    stack = STACK
    stream = property(lambda self: self.outputs["Stream"])
    function = property(lambda self: self.outputs["Function"])
    patience = 30.0

    def event(self, number: int) -> Put:
        """Make an event as the recipe's producer does."""
        key, body = samples.event(number)
        return Put(json.dumps(body).encode(), key, body["eventId"])

    def stored(self) -> Iterator[Stored]:
        """Read the recipe's table."""
        pages = self.tailrace.aws("dynamodb").get_paginator("scan").paginate(TableName=self.outputs["Table"])
        for page in pages:
            yield from (Stored(item["eventId"]["S"]) for item in page["Items"])


class TestPipeline(PipelinePromises):
    """This pipeline."""
