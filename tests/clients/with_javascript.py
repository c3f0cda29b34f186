"""A project's events by AWS's SDK for JavaScript with its defaults.

Copied among the tests of each project of examples/, where it runs last, on the stack that they deployed.
`BY_JAVASCRIPT` says in JSON what the project is, and `PROJECT_NODE` which Node runs `project.cjs` beside it.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tailrace.testing.bench import Bench

COUNT = 100


def test_with_javascript(tailrace: Bench, request: pytest.FixtureRequest) -> None:
    """What the SDK puts by HTTP/2 is all in the table and in the metric, as the SDK reads them."""
    project = json.loads(os.environ["BY_JAVASCRIPT"])
    outputs = {}
    if project["stack"]:
        request.getfixturevalue(project["fixture"])
        outputs = tailrace.outputs(project["stack"])
    ids = [f"js-{number}" for number in range(COUNT)]
    keys = [f"js-key-{number % 7}" for number in range(COUNT)]
    asked = {
        "stream": outputs.get(project["stream"], project["stream"]),
        "events": [
            {"id": name, "key": key, "body": {"id": name, **project["event"], project["key"]: key}}
            for name, key in zip(ids, keys, strict=True)
        ],
        "table": outputs.get(project["table"]),
        "attribute": project["attribute"],
        "metric": project["metric"],
    }

    done = subprocess.run(
        [os.environ["PROJECT_NODE"], Path(__file__).with_name("project.cjs")],
        input=json.dumps(asked),
        env={**os.environ, **tailrace.environ, "NODE_DEBUG": "http2"},
        text=True,
        capture_output=True,
        check=False,
        timeout=200,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    assert "Http2Session client" in done.stderr, "Kinesis is spoken to by HTTP/2"
    said = json.loads(done.stdout)
    assert said["taken"] == ids
    assert said.get("stored", ids) == ids
    assert said.get("counted", COUNT) == COUNT
