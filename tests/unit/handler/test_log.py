import json

import pytest

from handler.once import log

pytestmark = pytest.mark.unit


def test_a_line_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    """A line holds its message as text that a filter finds, and its fields as JSON."""
    log.line("INFO", "Received 3 records from Kinesis", requestId="r-1", odd={1, 2}.__class__)
    out = capsys.readouterr().out
    assert "Received 3 records from Kinesis" in out
    assert out.count("\n") == 1
    assert json.loads(out) == {
        "level": "INFO",
        "message": "Received 3 records from Kinesis",
        "requestId": "r-1",
        "odd": "<class 'set'>",
    }
