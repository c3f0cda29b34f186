"""What X-Ray is told of a batch, in an event's story."""

import pytest

from tailrace.testing.eventually import eventually
from tests.frame.events import event
from tests.frame.run import Run
from tests.frame.variants import variant
from tests.integration.aftermath_bench import Bench
from tests.integration.conftest import MakePipeline

pytestmark = pytest.mark.emulator_only

TRACED = """
import json, os, socket, time
from handler import original

def lambda_handler(event, context):
    header = dict(part.split("=") for part in os.environ["_X_AMZN_TRACE_ID"].split(";"))
    began = time.time()
    answer = original.lambda_handler(event, context)
    segment = {"trace_id": header["Root"], "id": "5" * 16, "parent_id": header["Parent"], "name": "settle"}
    sent = json.dumps({"format": "json", "version": 1}) + "\\n"
    sent += json.dumps(segment | {"type": "subsegment", "start_time": began, "end_time": time.time()})
    host, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].split(":")
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(sent.encode(), (host, int(port)))
    return answer
"""


def test_a_traced_event(run: Run, make_pipeline: MakePipeline) -> None:
    """With tracing active it shows Lambda's segment of the batch, and below it what the function has told."""
    traced = Bench(run, make_pipeline("traced", code=variant(TRACED), SHARDS="1", TRACING="1"))
    traced.pipeline.put([event("trace-segments")])

    def described() -> str:
        """Have the whole story told: the log, and what X-Ray knows, may be behind."""
        said = traced.command("trace", EVENT="trace-segments").stdout
        assert " ms settle" in said, said
        return said

    said = eventually(described, within=60)
    lines = [line.strip() for line in said.splitlines()]
    at = next(number for number, line in enumerate(lines) if " ms settle" in line)
    assert lines[at - 1].endswith(f" ms {traced.pipeline['FunctionName']} (AWS::Lambda::Function)")
    assert lines[at].startswith("/   "), "below it"
