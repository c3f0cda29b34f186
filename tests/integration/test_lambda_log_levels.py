"""Logs in JSON (LoggingConfig), with their levels, in every runtime whose client writes them.

A runtime that is not installed here is skipped, and the reason says how to install it.
"""

import json
from collections.abc import Iterator

import pytest

from bootstrap.target import Target
from tests.frame.run import Run
from tests.integration.functions import Functions
from tests.integration.test_lambda_runtimes import NODES, PYTHONS, family, make

pytestmark = pytest.mark.emulator_only

LEVELS = {
    "python": {
        "app.py": "import logging\nLOG = logging.getLogger()\ndef handler(event, context):\n"
        "    for level in ('debug', 'info', 'warning', 'error'): getattr(LOG, level)('%s', level)\n"
        "    if event: raise KeyError('it')"
    },
    "nodejs": {
        "app.js": "exports.handler = async (event) => {\n"
        "  for (const level of ['debug', 'info', 'warn', 'error']) console[level](level);\n"
        "  if (event) throw new RangeError('it'); };"
    },
}
"""Functions that log a line at each level, and fail if their event is true."""


@pytest.fixture(scope="module")
def functions(target: Target, run: Run) -> Iterator[Functions]:
    """Give a maker of functions."""
    with Functions(target, run.prefix).opened() as functions:
        yield functions


def logged(functions: Functions, runtime: str, event: object, **levels: str) -> tuple[list[str], list[str]]:
    """Invoke a function once; return the levels of its own lines, and the kinds of Lambda's."""
    config = {"LogFormat": "JSON", **levels}
    answer = make(functions, runtime, LEVELS[family(runtime)], LoggingConfig=config).invoke(event)
    objects = [json.loads(line) for line in answer.log.splitlines()]
    own = [one for one in objects if "type" not in one]
    assert all(one["requestId"] for one in own)
    kinds = [one["type"].removeprefix("platform.") for one in objects if "type" in one]
    return [one["level"][:4] for one in own if "errorType" not in one], kinds


@pytest.mark.parametrize("runtime", [*PYTHONS, *NODES])
def test_the_applications_level_chooses_its_lines(functions: Functions, runtime: str) -> None:
    """In JSON: those at the level and above it; INFO unless another is set."""
    everything = ["DEBU", "INFO", "WARN", "ERRO"]
    for level, begin in (("DEBUG", 0), ("", 1), ("WARN", 2), ("ERROR", 3)):
        given = {"ApplicationLogLevel": level} if level else {}
        assert logged(functions, runtime, None, **given)[0] == everything[begin:], level


@pytest.mark.parametrize("runtime", [*PYTHONS, *NODES])
def test_the_systems_level_chooses_lambdas_lines(functions: Functions, runtime: str) -> None:
    """Of an invocation that succeeds nothing at WARN; of one that fails how it ended."""
    levels = {"ApplicationLogLevel": "FATAL"}
    assert logged(functions, runtime, None, **levels, SystemLogLevel="WARN") == ([], [])
    kinds = ["initStart", "start", "report"]
    assert logged(functions, runtime, None, **levels, SystemLogLevel="INFO") == ([], kinds)
    more = logged(functions, runtime, None, **levels, SystemLogLevel="DEBUG")[1]
    assert [kind for kind in more if kind in kinds] == kinds
    assert "runtimeDone" in more
    assert logged(functions, runtime, 1, **levels, SystemLogLevel="WARN")[1] == ["runtimeDone", "report"]


@pytest.mark.parametrize("node", NODES)
def test_node_logs_json_if_asked(functions: Functions, node: str) -> None:
    """Each line an object, with what it was given and the request's id."""
    source = 'exports.handler = async () => { console.warn("yes", { a: 1 }); };'
    answer_log = make(functions, node, {"app.js": source}, LoggingConfig={"LogFormat": "JSON"}).invoke({}).log
    objects = [json.loads(line) for line in answer_log.splitlines()]
    (line,) = (one for one in objects if "type" not in one)
    assert (line["level"], line["message"]) == ("WARN", "yes { a: 1 }")
    assert line["requestId"] == objects[-1]["record"]["requestId"]
