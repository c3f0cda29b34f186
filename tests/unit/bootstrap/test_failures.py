import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bootstrap.errors import HandlerError
from bootstrap.failures import Failure, importing_place, newest, of_answer, of_line
from bootstrap.trial import described, placed, refuse_syntax_errors, shown_place

pytestmark = pytest.mark.unit
UNPACKED = f"/home/me/tailrace/.emulator/run/4566/tmp/lambda/code/{'0f' * 32}/"
STACK = (
    '  File "/var/runtime/bootstrap.py", line 60, in <module>',
    '  File "{task}handler/entry.py", line 67, in lambda_handler',
    '  File "{task}handler/analytics.py", line 12, in analyse',
    '  File "{task}handler/once/items.py", line 30, in item_of',
    '  File "{task}numpy/core.py", line 9, in zeros',
    '  File "/var/lang/lib/python3.13/json/decoder.py", line 1, in decode',
)


def logged(task: str, end: str) -> str:
    """Return a failure as Lambda's text log has it; its lines end differently by version."""
    lines = ["[ERROR] KeyError: 'total'", "Traceback (most recent call last):", *STACK]
    return end.join(line.format(task=task) for line in lines) + "\n"


@pytest.mark.parametrize("task", ["/var/task/", UNPACKED])
@pytest.mark.parametrize("end", ["\r", "\n"])
def test_a_failure_as_text(task: str, end: str) -> None:
    """A text log's failure has its type, its message, and the deepest line of the user's own."""
    failure = of_line(logged(task, end))
    assert failure is not None
    assert (failure.kind, failure.message, failure.place) == (
        "KeyError",
        "'total'",
        "handler/analytics.py:12",
    )
    assert str(failure) == "KeyError: 'total', at handler/analytics.py:12"


def test_a_failure_as_json() -> None:
    """A JSON log's failure has the same."""
    log_line = {"level": "ERROR", "errorType": "KeyError", "errorMessage": "'total'", "stackTrace": [*STACK]}
    text = json.dumps(log_line).replace("{task}", "/var/task/")
    failure = of_line(text)
    assert failure is not None
    assert (failure.kind, failure.place) == ("KeyError", "handler/analytics.py:12")


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (
            "2026-01-02T03:04:05.678Z 0a1b Task timed out after 3.00 seconds\n\n",
            "Sandbox.Timedout",
            "Task timed out after 3.00 seconds",
        ),
        (
            "RequestId: 0a1b Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n",
            "Runtime.ExitError",
            "Runtime exited with error: signal: killed",
        ),
        (
            '{"type": "platform.report", "record": {"status": "timeout", "metrics": {"durationMs": 3000.0}}}',
            "Sandbox.Timedout",
            "Task timed out after 3.00 s",
        ),
    ],
)
def test_what_lambda_says_itself(text: str, kind: str, message: str) -> None:
    """A timeout and a kill, of which the runtime can say nothing, are failures too."""
    assert of_line(text) == Failure(kind, message)


@pytest.mark.parametrize(
    "text",
    [
        "START RequestId: 0a1b Version: $LATEST",
        "REPORT RequestId: 0a1b Duration: 3.00 ms Status: error Error Type: KeyError",
        "[ERROR]\t2026-01-02T03:04:05.678Z\t0a1b\tthe function's own line",
        '[INFO] said by the function: "Task timed out after 3.00 seconds"',
        '{"level": "ERROR", "message": "of the function\'s own"}',
        '{"type": "platform.report", "record": {"status": "success", "metrics": {"durationMs": 3000.0}}}',
        "{ no JSON",
    ],
)
def test_what_is_no_failure(text: str) -> None:
    """What the function prints, and what Lambda reports of each invocation, is no failure."""
    assert of_line(text) is None


def test_the_newest_is_counted() -> None:
    """The newest failure is told of, with how often that one came, and when last."""
    other = "[ERROR] ValueError: no\n"
    lines = [
        (3000, logged("/var/task/", "\n")),
        (1000, logged("/var/task/", "\n")),
        (2000, other),
        (4000, "x"),
    ]
    failure = newest(lines)
    assert failure is not None
    assert (failure.kind, failure.times) == ("KeyError", 2)
    assert failure.last == datetime(1970, 1, 1, 0, 0, 3, tzinfo=UTC)
    assert newest([(1, "START")]) is None


@pytest.mark.parametrize(
    ("answer", "importing"),
    [
        ({"errorType": "Runtime.ImportModuleError", "errorMessage": "no", "stackTrace": []}, True),
        ({"errorType": "NameError", "stackTrace": ['File "/var/task/a.py", line 1, in <module>']}, True),
        ({"errorType": "KeyError", "stackTrace": ['File "/var/task/a.py", line 1, in handler']}, False),
        ({"errorMessage": "Task timed out after 3.00 seconds"}, False),
    ],
)
def test_what_failed_in_the_import(answer: dict[str, object], importing: bool) -> None:  # noqa: FBT001  a case
    """A failure in the import is told from one in the work."""
    assert of_answer(json.dumps(answer).encode()).importing is importing


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("No module named 'numpy'", "handler/analytics.py:2"),
        ("No module named 'yaml.loader'", "handler/analytics.py:3"),
        (
            "cannot import name 'gone' from 'handler.once.sums' (handler/once/sums.py)",
            "handler/analytics.py:4",
        ),
        ("No module named 'torch'", ""),
        ("something else", ""),
    ],
)
def test_which_line_imports_it(message: str, place: str) -> None:
    """The line that imports what is missing is found in the user's own file first."""
    source = (
        b"import json\nimport numpy as np\nfrom yaml.loader import X\nfrom handler.once.sums import gone\n"
    )
    files = {
        "handler/once/a.py": source,
        "handler/analytics.py": source,
        "handler/data.json": b"{",
        "b.py": b"(",
    }
    assert importing_place(message, files) == place


def test_a_failed_import_in_a_log_has_its_place(tmp_path: Path) -> None:
    """Lambda logs no line of a missing package: it is found in the user's folder, as it stands there."""
    (tmp_path / "analytics.py").write_text("import json\nimport numpy\n")
    failure = of_line(
        "[ERROR] Runtime.ImportModuleError: Unable to import module 'handler.entry': No module named 'numpy'"
    )
    assert failure
    assert placed(failure, tmp_path).place == f"{tmp_path}/analytics.py:2"


def test_a_failed_import_in_words(tmp_path: Path) -> None:
    """File, line and error are said, in the user's folder, with where packages are named."""
    (tmp_path / "analytics.py").write_text("import numpy\n")
    message = "Unable to import module 'handler.entry': No module named 'numpy'"
    place = shown_place("handler/analytics.py:1", tmp_path)
    assert described(Failure("Runtime.ImportModuleError", message, place), tmp_path) == (
        f"{tmp_path}/analytics.py:1: ImportModuleError: No module named 'numpy'. Packages are installed from "
        f"{tmp_path}/requirements.txt."
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"x = 1\ndef f(:\n", "analytics.py:2: SyntaxError: invalid syntax. "),
        (b"return 1\n", "analytics.py:1: SyntaxError: 'return' outside function. "),
        (b"x = '\xff'\n", "analytics.py:1: SyntaxError: "),
        (b"x = \0\n", "analytics.py:1: SyntaxError: source code string cannot contain null bytes. "),
    ],
)
def test_what_is_no_python(tmp_path: Path, source: bytes, said: str) -> None:
    """What is no Python is refused with file, line and error before anything is deployed."""
    (tmp_path / "analytics.py").write_bytes(source)
    with pytest.raises(HandlerError) as refused:
        refuse_syntax_errors(tmp_path)
    assert str(refused.value).startswith(f"{tmp_path}/{said}")
    assert str(refused.value).endswith("Nothing was deployed: fix that and try again.")


def test_python_is_taken(tmp_path: Path) -> None:
    """What is Python is taken, whatever else lies beside it."""
    (tmp_path / "analytics.py").write_bytes(b"x = 1\n")
    (tmp_path / "data.csv").write_bytes(b"a,(\n")
    refuse_syntax_errors(tmp_path)
