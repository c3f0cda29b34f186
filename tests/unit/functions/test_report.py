import json

import pytest

from tailrace.functions.report import JsonReport, ReportedRun, TextLines, lines_for, stamp

pytestmark = pytest.mark.unit

NOW = 1_769_850_307.042


def test_a_warm_run_is_reported_as_lambda_does() -> None:
    """END and REPORT, tab by tab."""
    assert TextLines().end(ReportedRun("id-1", 1.494, 128, 37), NOW) == [
        "END RequestId: id-1\n",
        (
            "REPORT RequestId: id-1\tDuration: 1.49 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 37 MB\t\n"
        ),
    ]


def test_a_cold_run_is_billed_for_its_init() -> None:
    """Duration and init are added, then rounded up."""
    assert TextLines().end(ReportedRun("id-1", 1.49, 128, 37, init=89.91), NOW)[1] == (
        "REPORT RequestId: id-1\tDuration: 1.49 ms\tBilled Duration: 92 ms\tMemory Size: 128 MB\t"
        "Max Memory Used: 37 MB\tInit Duration: 89.91 ms\t\n"
    )


@pytest.mark.parametrize(
    ("status", "error_type", "end"),
    [
        ("timeout", "Sandbox.Timedout", "Status: timeout\t\n"),
        ("error", "Runtime.ExitError", "Status: error\tError Type: Runtime.ExitError\t\n"),
    ],
)
def test_a_failed_run_says_so(status: str, error_type: str, end: str) -> None:
    """The status comes last, the type of an error after it."""
    run = ReportedRun("id-1", 3000, 128, 37, status=status, error_type=error_type)
    assert TextLines().end(run, NOW)[1].endswith(f"Max Memory Used: 37 MB\t{end}")


def test_an_environments_beginning_is_marked() -> None:
    """INIT_START names the runtime, START the version."""
    lines = TextLines()
    assert lines.init_start("python:3.13.v0", "arn:x", NOW) == [
        "INIT_START Runtime Version: python:3.13.v0\tRuntime Version ARN: arn:x\n"
    ]
    assert lines.start("id-1", "$LATEST", NOW) == ["START RequestId: id-1 Version: $LATEST\n"]


def test_a_failed_init_is_reported_by_phase() -> None:
    """INIT_REPORT with its phase, and the type of an error."""
    lines = TextLines()
    assert lines.init_failed(137.69, "init", "error", "Runtime.ImportModuleError", NOW) == [
        (
            "INIT_REPORT Init Duration: 137.69 ms\tPhase: init\tStatus: error\t"
            "Error Type: Runtime.ImportModuleError\n"
        )
    ]
    assert lines.init_failed(3003.83, "invoke", "timeout", "", NOW) == [
        "INIT_REPORT Init Duration: 3003.83 ms\tPhase: invoke\tStatus: timeout\n"
    ]


def test_a_json_log_has_platform_events() -> None:
    """The same facts as one JSON object a line."""
    line = JsonReport().end(
        ReportedRun("id-1", 1.49, 128, 37, init=89.91, status="error", error_type="E"), NOW
    )[-1]
    assert json.loads(line) == {
        "time": "2026-01-31T09:05:07.042Z",
        "type": "platform.report",
        "record": {
            "requestId": "id-1",
            "metrics": {
                "durationMs": 1.49,
                "billedDurationMs": 92,
                "memorySizeMB": 128,
                "maxMemoryUsedMB": 37,
                "initDurationMs": 89.91,
            },
            "status": "error",
            "errorType": "E",
        },
    }


def kinds(level: str, status: str) -> list[str]:
    """List the platform events of a cold run by their types."""
    lines = lines_for("JSON", level)
    run = ReportedRun("id-1", 1, 128, 37, status=status, error_type="" if status == "success" else "E")
    written = [
        *lines.init_start("python:3.13.v0", "arn:x", NOW),
        *lines.init_done(80, NOW),
        *lines.start("id-1", "$LATEST", NOW),
        *lines.end(run, NOW),
    ]
    return [json.loads(line)["type"].removeprefix("platform.") for line in written]


@pytest.mark.parametrize(
    ("level", "status", "expected"),
    [
        ("DEBUG", "success", "initStart initRuntimeDone initReport start runtimeDone report"),
        ("INFO", "success", "initStart start report"),
        ("INFO", "error", "initStart start runtimeDone report"),
        ("WARN", "success", ""),
        ("WARN", "timeout", "runtimeDone report"),
    ],
)
def test_the_system_log_level_chooses_the_events(level: str, status: str, expected: str) -> None:
    """By the developer guide's table: what failed is told at WARN, what went well at DEBUG or INFO."""
    assert kinds(level, status) == expected.split()


def test_a_failed_init_is_told_at_every_level() -> None:
    """A JSON log at WARN has it too."""
    written = lines_for("JSON", "WARN").init_failed(3.5, "init", "error", "Runtime.ImportModuleError", NOW)
    assert [json.loads(line)["type"] for line in written] == [
        "platform.initRuntimeDone",
        "platform.initReport",
    ]


def test_a_text_log_has_no_levels() -> None:
    """END and REPORT, whatever the system log level."""
    assert len(lines_for("Text", "WARN").end(ReportedRun("id-1", 1, 128, 37), NOW)) == 2


def test_a_moment_is_written_in_utc_with_milliseconds() -> None:
    """As in Lambda's own log lines."""
    assert stamp(NOW) == "2026-01-31T09:05:07.042Z"
