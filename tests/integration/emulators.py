"""Emulators of a test's own: made and removed, their processes, and calls without a client."""

import http.client
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

from tailrace.control import Emulator, processes
from tailrace.control.processes import Process
from tests.frame.run import Run
from tests.integration.installing import installed


def of_a_port_of_its_own(run: Run) -> Iterator[Emulator]:
    """Give an emulator, not started and without a folder; it is stopped in the end."""
    one = Emulator(installed(run), processes.free_port())
    shutil.rmtree(one.folder, ignore_errors=True)  # the log of one that had the port before
    yield one
    one.stop()
    shutil.rmtree(one.folder, ignore_errors=True)


def family(emulator: Emulator) -> list[psutil.Process]:
    """Give LocalStack and all that it started."""
    leader = emulator.process()
    assert leader is not None
    parent = psutil.Process(leader.pid)
    return [parent, *parent.children(recursive=True)]


def java_of(emulator: Emulator) -> Process | None:
    """Give the process of DynamoDB Local."""
    found = [one.pid for one in family(emulator) if Path(one.exe()).name == "java"]
    return processes.process(found[0]) if found else None


def ask(
    emulator: Emulator, method: str, path: str, body: object = None, **headers: str
) -> tuple[int, object]:
    """Send one request to the emulator; give the status and the JSON of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=60)
    connection.request(method, path, json.dumps(body), {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, json.loads(text) if text else None


def signed(operation: str) -> dict[str, str]:
    """Return the headers of a call of DynamoDB."""
    scope = "Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
    return {"X-Amz-Target": f"DynamoDB_20120810.{operation}", "Authorization": f"AWS4-HMAC-SHA256 {scope}"}


def dynamodb(emulator: Emulator, operation: str, **body: object) -> object:
    """Call DynamoDB without a client: only this emulator is meant, whatever the settings say."""
    status, answer = ask(emulator, "POST", "/", body, **signed(operation))
    assert status == 200, answer
    return answer


def command(emulator: Emulator, name: str) -> subprocess.CompletedProcess[str]:
    """Run a command of `tailrace` for this emulator."""
    environment = {
        **os.environ,
        "EMULATOR_HOME": str(emulator.installation.home),
        "EMULATOR_PORT": str(emulator.port),
    }
    words = [sys.executable, "-m", "tailrace", name]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


def make_table(emulator: Emulator, name: str) -> None:
    """Make a table."""
    dynamodb(
        emulator,
        "CreateTable",
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
