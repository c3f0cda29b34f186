import io

import pytest
from rich.console import Console
from rich.live import Live

from bootstrap.progress import LiveProgress, Progress, line
from bootstrap.stacks import StackStep

pytestmark = pytest.mark.unit


def test_a_line_for_each_resource(capsys: pytest.CaptureFixture[str]) -> None:
    """A resource's line comes when it is done; the stack itself has none."""
    progress = Progress()
    progress(StackStep("mine", "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS", ""))
    progress(StackStep("Stream", "AWS::Kinesis::Stream", "CREATE_IN_PROGRESS", ""))
    assert capsys.readouterr().out == ""
    progress(StackStep("Stream", "AWS::Kinesis::Stream", "CREATE_COMPLETE", ""))
    assert capsys.readouterr().out.split() == ["Stream", "AWS::Kinesis::Stream", "created", "0.0", "s"]


def test_a_table_in_a_terminal() -> None:
    """In a terminal there is a table: a resource is in it from its beginning, and its end fills its row."""
    screen = io.StringIO()
    with Live(console=Console(file=screen, force_terminal=True, width=100), auto_refresh=False) as live:
        progress = LiveProgress(live)
        progress(StackStep("Stream", "AWS::Kinesis::Stream", "CREATE_IN_PROGRESS", ""))
        live.refresh()
        assert "Stream" in screen.getvalue()
        assert "created" not in screen.getvalue()
        progress(StackStep("Stream", "AWS::Kinesis::Stream", "CREATE_COMPLETE", ""))
        progress(StackStep("Queue", "AWS::SQS::Queue", "CREATE_FAILED", "[no] such queue"))
    assert "created" in screen.getvalue()
    assert "create failed" in screen.getvalue()
    assert "[no] such queue" in screen.getvalue()


def test_a_failure_says_why() -> None:
    """A resource that failed says why on its line."""
    step = StackStep("Function", "AWS::Lambda::Function", "UPDATE_FAILED", "no such runtime")
    assert line(step, 1.26).endswith("update failed   1.3 s: no such runtime")
