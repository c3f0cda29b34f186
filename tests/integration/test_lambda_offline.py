"""Environments without a network: what they reach, and what they do not."""

import json
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tailrace.functions import namespaces
from tailrace.functions.environment import Environment, Recipe
from tailrace.functions.process import Program
from tailrace.functions.runtime_api import InvocationEvent
from tailrace.functions.runtimes.base import RuntimePaths

pytestmark = [pytest.mark.emulator_only, pytest.mark.processes]

BOOTSTRAP = """
import http.client, json, os, socket
api = http.client.HTTPConnection(os.environ["API"])
api.request("GET", "/2018-06-01/runtime/invocation/next")
asked = api.getresponse()
host, port = json.loads(asked.read())
def reached(address):
    try:
        with socket.create_connection(address, timeout=5) as way: return way.recv(100).decode()
    except OSError as error: return error.strerror
answer = [reached((host, port)), reached(("127.0.0.1", int(os.environ["OTHER"]))), reached(("192.0.2.1", 80))]
request_id = asked.headers["Lambda-Runtime-Aws-Request-Id"]
api.request("POST", "/2018-06-01/runtime/invocation/" + request_id + "/response", json.dumps(answer))
api.getresponse().read()
"""


@pytest.fixture
def emulator() -> Iterator[socket.socket]:
    """Give what stands for the emulator: it greets whoever connects."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"the emulator")

        threading.Thread(target=greet, daemon=True).start()
        yield listener


def test_an_environment_without_a_network_reaches_the_emulator_alone(
    emulator: socket.socket, tmp_path: Path
) -> None:
    """Neither another port of this machine nor any other address."""
    if not namespaces.permitted():
        pytest.skip("user and mount namespaces are not permitted here: tailrace doctor")
    python = Path(sys.executable).resolve()
    address: tuple[str, int] = emulator.getsockname()

    def program(folder: Path) -> Program:
        root = namespaces.file_system(folder, RuntimePaths("", "", "", ""), [python.parent.parent], 1)
        return Program([str(python), "-I", "-S", "-c", BOOTSTRAP], "/", root)

    with socket.create_server(("127.0.0.1", 0)) as other:

        def variables(runtime_api: str, _: str) -> dict[str, str]:
            return {"API": runtime_api, "OTHER": str(other.getsockname()[1])}

        environment = Environment(Recipe(program, variables, tmp_path, 512, offline=address), "one", "stream")
        environment.start()
        assert environment.initialise(20) is None, environment.log
        answer = environment.invoke(InvocationEvent(json.dumps(address).encode(), "id-1", "arn", "trace"), 20)
        environment.end()
    assert isinstance(answer, bytes), (answer, environment.log)
    assert json.loads(answer) == ["the emulator", "Connection refused", "Network is unreachable"]
