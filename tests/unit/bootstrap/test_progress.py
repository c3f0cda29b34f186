import pytest

from bootstrap.progress import Progress, line
from bootstrap.stacks import Step

pytestmark = pytest.mark.unit


def test_a_line_for_each_resource(capsys: pytest.CaptureFixture[str]) -> None:
    """A resource's line comes when it is done; the stack itself has none."""
    progress = Progress()
    progress(Step("mine", "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS", ""))
    progress(Step("Stream", "AWS::Kinesis::Stream", "CREATE_IN_PROGRESS", ""))
    assert capsys.readouterr().out == ""
    progress(Step("Stream", "AWS::Kinesis::Stream", "CREATE_COMPLETE", ""))
    assert capsys.readouterr().out.split() == ["Stream", "AWS::Kinesis::Stream", "created", "0.0", "s"]


def test_a_failure_says_why() -> None:
    """A resource that failed says why on its line."""
    step = Step("Function", "AWS::Lambda::Function", "UPDATE_FAILED", "no such runtime")
    assert line(step, 1.26).endswith("update failed   1.3 s: no such runtime")
