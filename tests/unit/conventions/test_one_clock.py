import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

BENCH = Path(__file__).resolve().parents[3] / "bench" / "tailrace"
LEG = ("kinesis", "mapping", "cloudwatch", "dynamodb", "functions", "firehose", "eventbridge", "startup")
FORBIDDEN = {
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "threading": {"Timer"},
}
WAITS = {"wait", "wait_for", "join"}
OWN_TIME = {
    "clock.py": "it is the clock",
    "dynamodb/direct.py": "how long DynamoDB Local, a process of its own, is waited for",
    "dynamodb/launch.py": "watches the process of DynamoDB Local",
    "dynamodb/local.py": "waits for the process of DynamoDB Local to answer",
    "dynamodb/training.py": "runs DynamoDB Local once while it is installed: nothing is emulated yet",
    "cloudwatch/flusher.py": "gathers writes for a moment: what it writes is dated already",
    "functions/environment.py": "a function's own time: its deadline, timeout and memory, and how old it is",
    "functions/execution.py": "measures how long a function took",
    "functions/invoke.py": "waits for a version that LocalStack makes ready",
    "functions/listing.py": "talks to a function's process",
    "functions/namespaces.py": "waits for a program of this machine",
    "functions/pool.py": "how long a function's process is kept",
    "functions/service.py": "how often threads look whether a process is to be kept",
    "functions/versions.py": "how long a session of LocalStack's own is used again",
    "kinesis/provider.py": "measures how long a call took (the metrics of latency)",
    "startup/certifying.py": "how long a certificate is good, which clients judge by their own time",
    "startup/waiting.py": "waits for a service that LocalStack loads",
    "mapping/crew.py": "how long a thread without work is kept",
}
"""Files that may look at the machine's own time, and why. All else in the leg is dated by `clock.py`."""


@cache
def found() -> dict[str, list[str]]:
    """Return each file of the streaming leg, and where it asks the machine for the time."""
    paths = [path for folder in LEG for path in (BENCH / folder).rglob("*.py")]
    return {
        path.relative_to(BENCH).as_posix(): list(looks(ast.parse(path.read_text(encoding="utf-8"))))
        for path in [BENCH / "clock.py", *paths]
    }


def looks(tree: ast.Module) -> Iterator[str]:
    """Name each place of a file that asks the machine for the time, or waits by it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and FORBIDDEN.get(node.module or "", set()) & {
            alias.name for alias in node.names
        }:
            yield f"line {node.lineno}: from {node.module} import"
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN.get(owner(node), set()):
            yield f"line {node.lineno}: {owner(node)}.{node.attr}"
        if isinstance(node, ast.Call) and waits(node):
            yield f"line {node.lineno}: a wait for a time"


def waits(call: ast.Call) -> bool:
    """Tell whether a call waits for so long: `event.wait(5)`, or anything with a timeout."""
    timed = any(keyword.arg == "timeout" for keyword in call.keywords)
    method = call.func
    if not isinstance(method, ast.Attribute) or method.attr not in WAITS:
        return timed
    by_the_clock = owner(method) in {"clock", "_clock", "CLOCK"}
    text = isinstance(method.value, ast.Constant) or method.attr == "join"
    return not by_the_clock and (timed or (bool(call.args) and not text))


def owner(node: ast.Attribute) -> str:
    """Return the name before the last dot."""
    value = node.value
    return value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")


def test_the_leg_asks_its_clock_alone() -> None:
    """No file of the leg looks at the machine's time or waits by it, but those that say why."""
    assert {path: places for path, places in found().items() if places and path not in OWN_TIME} == {}


def test_no_exception_is_left_over() -> None:
    """Each file that may look at the machine's time still does."""
    assert set(OWN_TIME) - {path for path, places in found().items() if places} == set()


@pytest.mark.parametrize(
    "line",
    [
        "import time; time.time()",
        "from time import sleep",
        "import datetime as dt; dt.datetime.now(dt.UTC)",
        "f(default=time.monotonic)",
        "threading.Timer(5, work)",
        "event.wait(5)",
        "self._stop.wait(timeout=PAUSE)",
        "condition.wait_for(ready, 5)",
        "queue.get(timeout=5)",
    ],
)
def test_what_is_noticed(line: str) -> None:
    """Each way to ask the machine for the time is noticed."""
    assert list(looks(ast.parse(line))) != []


@pytest.mark.parametrize(
    "line", ["clock.wait(changed, until)", "event.wait()", "', '.join(names)", "clock.now()"]
)
def test_what_is_allowed(line: str) -> None:
    """Waiting by the clock, or for a thing alone, is not."""
    assert list(looks(ast.parse(line))) == []
