import json

import pytest

from bootstrap.log_lines import LogLine, parsed

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ('{"level":"WARN","message":"left","records":3}\n', LogLine("WARN", "left records=3")),
        ('{"level":"info","message":"a b","why":"two words"}', LogLine("INFO", 'a b why="two words"')),
        ('{"timestamp":"2026","level":"ERROR","message":{"a":1}}', LogLine("ERROR", '{"a":1}')),
        (
            '{"message":"m","traceback":"Traceback:\\n  File x"}',
            LogLine("INFO", "m", ("Traceback:", "  File x")),
        ),
        (
            '{"time":"2026","type":"platform.report","record":{"requestId":"r","status":"success"}}',
            LogLine("INFO", "platform.report requestId=r status=success", platform=True),
        ),
        (
            "START RequestId: r-1 Version: 1",
            LogLine("INFO", "START RequestId: r-1 Version: 1", platform=True),
        ),
        (
            "REPORT RequestId: r-1\tDuration: 1 ms\t\n",
            LogLine("INFO", "REPORT RequestId: r-1  Duration: 1 ms", platform=True),
        ),
        (
            "[ERROR] KeyError: 'a'\nTraceback:\n  File x",
            LogLine("ERROR", "KeyError: 'a'", ("Traceback:", "  File x")),
        ),
        (
            "2026-01-01T00:00:00Z r-1 Task timed out after 3.00 seconds",
            LogLine("ERROR", "2026-01-01T00:00:00Z r-1 Task timed out after 3.00 seconds"),
        ),
        ("RequestId: r-1 Error: Runtime exited", LogLine("ERROR", "RequestId: r-1 Error: Runtime exited")),
        ("[WARNING] slow", LogLine("WARN", "slow")),
        ("a print", LogLine("INFO", "a print")),
        ('{"a": 1', LogLine("INFO", '{"a": 1')),
        ("", LogLine("INFO", "")),
    ],
)
def test_a_line_as_it_is_read(message: str, line: LogLine) -> None:
    """JSON of a function's or of Lambda's, and text, each with its level, its fields and what is below it."""
    assert parsed(message) == line


def test_a_line_that_nests_without_end_is_text() -> None:
    """What no reader of JSON takes is shown as it stands."""
    text = '{"a":' * 100_000
    assert parsed(text).text == text


@pytest.mark.parametrize(("level", "shown"), [("DEBUG", 4), ("INFO", 3), ("WARN", 2), ("ERROR", 1)])
def test_a_level_and_above(level: str, shown: int) -> None:
    """LEVEL chooses the lines of that level and the more severe ones."""
    lines = [
        parsed(json.dumps({"level": name, "message": "m"})) for name in ("DEBUG", "INFO", "WARNING", "FATAL")
    ]
    assert sum(line.severe(level) for line in lines) == shown


def test_a_text_is_found_anywhere_in_a_line() -> None:
    """Message, fields, level and traceback are looked through, in capitals or not."""
    line = parsed('{"level":"WARN","message":"Left","shardId":"shardId-1","traceback":"a\\nKeyError"}')
    assert all(line.holds(text) for text in ("left", "SHARDID-1", "warn", "keyerror"))
    assert not line.holds("right")
