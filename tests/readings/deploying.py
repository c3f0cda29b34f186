"""Deploys the readings as `sam deploy` does: the code in a bucket, the template with its address."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tailrace.testing.clients import Aws
from tailrace.testing.eventually import eventually

HERE = Path(__file__).parent
STACK, BUCKET = "readings", "readings-code"
type Edits = Sequence[tuple[str, str]]


@contextmanager
def deployed(aws: Aws, code: Edits = (), template: Edits = ()) -> Iterator[None]:
    """Deploy the project with these edits, and remove it."""
    s3, cloudformation = aws("s3"), aws("cloudformation")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="app.zip", Body=_packed(_edited("app.py", code)))
    body = _edited("template.yaml", (*template, ("CodeUri: .", f"CodeUri: s3://{BUCKET}/app.zip")))
    cloudformation.create_stack(
        StackName=STACK, TemplateBody=body, Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    )

    def created() -> dict[str, Any] | None:
        """See the stack made, or given up."""
        (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

    stack = eventually(created, within=60) or {}
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    try:
        yield
    finally:
        cloudformation.delete_stack(StackName=STACK)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
        s3.delete_object(Bucket=BUCKET, Key="app.zip")
        s3.delete_bucket(Bucket=BUCKET)


def _edited(name: str, edits: Edits) -> str:
    """Return a file of the project with texts replaced, each of which stands there once."""
    text = (HERE / name).read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def _packed(code: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", code)
    return packed.getvalue()
