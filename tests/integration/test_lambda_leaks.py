"""What functions find of this machine and its user by an SDK's defaults: nothing, with a network and without.

The emulator is started by a user who has all that could leak: a home with AWS's files, a profile, keys, a
proxy, a service that gives credentials. Each runtime that is installed here is asked; of `provided`, a script
and a static binary.
"""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bootstrap.target import Target
from tailrace.control import Emulator, Installation, processes
from tailrace.control.uv import find_uv
from tailrace.functions import namespaces
from tests.frame.run import Run
from tests.integration.functions import Functions
from tests.integration.installing import ROOT, installed
from tests.integration.test_lambda_runtimes import NODES, PYTHONS, family, make

pytestmark = [pytest.mark.emulator_only, pytest.mark.processes]

SOURCES, METERS = ROOT / "tests" / "data" / "leaks", ROOT / "examples" / "meters"
FILES = {
    "credentials": "[default]\naws_access_key_id = AKIALEAKED\naws_secret_access_key = leaked\n",
    "config": "[default]\nregion = eu-leaked-1\nendpoint_url = http://127.0.0.1:1\n",
}
PYTHON = {
    "app.py": """
import errno, os, socket
import boto3, botocore.session
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

def handler(event, context):
    caller = boto3.client("sts").get_caller_identity()["Arn"]
    for key in KEYS: del os.environ[key]
    found = botocore.session.Session().get_credentials()
    return {"caller": caller, "region": boto3.Session().region_name, "others": found and found.access_key,
            "home": os.path.exists(os.path.expanduser("~")),
            "proxies": [name for name in os.environ if name.lower().endswith("_proxy")],
            "reached": [reached(address) for address in event["addresses"]]}

def reached(address):
    try: socket.create_connection(address, 2).close()
    except OSError as error: return errno.errorcode.get(error.errno, str(error))
    return "connected"
"""
}
NODE = {
    "app.mjs": """
import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { existsSync } from "node:fs";
import net from "node:net";
import os from "node:os";

export const handler = async (event) => {
  const client = new STSClient({});
  const caller = (await client.send(new GetCallerIdentityCommand({}))).Arn;
  const region = await client.config.region();
  for (const key of ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"]) delete process.env["AWS_" + key];
  const others = await new STSClient({}).config.credentials().then((found) => found.accessKeyId, () => null);
  const reached = [];
  for (const address of event.addresses) reached.push(await connects(...address));
  return { caller, region, others, home: existsSync(os.homedir()),
           proxies: Object.keys(process.env).filter((name) => /_proxy$/i.test(name)), reached };
};

const connects = (host, port) => new Promise((done) => {
  const socket = net.connect({ host, port, timeout: 2000 });
  const end = (how) => { socket.destroy(); done(how); };
  socket.on("connect", () => end("connected")).on("error", (error) => end(error.code));
  socket.on("timeout", () => end("timeout"));
});
"""
}
BOOTSTRAP = {
    "bootstrap": """#!/usr/bin/env python3
import errno, http.client, json, os, socket, urllib.request
API, PATH = os.environ["AWS_LAMBDA_RUNTIME_API"], "/2018-06-01/runtime/invocation/"

def reached(address):
    try: socket.create_connection(tuple(address), 2).close()
    except OSError as error: return errno.errorcode.get(error.errno, str(error))
    return "connected"

while True:
    api = http.client.HTTPConnection(API)
    api.request("GET", PATH + "next")
    asked = api.getresponse()
    event, request_id = json.loads(asked.read()), asked.headers["Lambda-Runtime-Aws-Request-Id"]
    health = urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/_localstack/health").status
    aws = [os.path.expanduser("~/.aws/" + name) for name in ("credentials", "config")]
    service = (os.environ["AWS_EC2_METADATA_DISABLED"] != "true"
               or "AWS_CONTAINER_CREDENTIALS_FULL_URI" in os.environ)
    answer = {"caller": health == 200 and "assumed-role/", "region": os.environ["AWS_REGION"],
              "others": any(map(os.path.exists, aws)) or service or None,
              "home": os.path.exists(os.path.expanduser("~")),
              "proxies": [name for name in os.environ if name.lower().endswith("_proxy")],
              "reached": [reached(address) for address in event["addresses"]]}
    api.request("POST", PATH + request_id + "/response", json.dumps(answer))
    api.getresponse().read()
"""
}
PACKAGES = {"python": PYTHON, "nodejs": NODE, "provided": BOOTSTRAP}
STATIC = "provided.al2023 static"
ALL = [*PYTHONS, *NODES, "provided.al2023", STATIC]
OUTSIDE = [["169.254.169.254", 80], ["192.0.2.1", 80]]
"""A cloud's metadata service, and an address that nobody has."""


class Machine(NamedTuple):
    """An emulator, and doors of this machine: a proxy, a service that gives credentials, something else."""

    functions: Functions
    offline: bool
    proxy: "Door"
    service: "Door"
    other: "Door"


class Door:
    """Something that listens, and counts who comes."""

    def __init__(self) -> None:
        self.came = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.close()
                self.came += 1

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()


def started(run: Run, folder: Path, proxy: Door, service: Door, *, offline: bool) -> Emulator:
    """Start an emulator as a user would whose environment is full of what must not be seen."""
    home = folder / ".emulator"
    home.mkdir()
    for part in installed(run).home.iterdir():
        if part.name not in {"run", "plugins"}:
            (home / part.name).symlink_to(part)
    (folder / ".aws").mkdir()
    for name, text in FILES.items():
        (folder / ".aws" / name).write_text(text, encoding="utf-8")
    port = processes.free_port()
    address = f"http://127.0.0.1:{proxy.port}"
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "HOME": str(folder),
        "AWS_PROFILE": "default",
        "AWS_ACCESS_KEY_ID": "AKIALEAKED",
        "AWS_SECRET_ACCESS_KEY": "leaked",
        "HTTP_PROXY": address,
        "HTTPS_PROXY": address,
        "NO_PROXY": "127.0.0.1,localhost",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{service.port}/",
        "EMULATOR_PORT": str(port),
        "EMULATOR_HOME": str(home),
    }
    words = ("--set", "TAILRACE_FUNCTIONS_OFFLINE=1") if offline else ()
    command = [sys.executable, "-m", "tailrace", "start", *words]
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=180
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Emulator(Installation(home), port)


@pytest.fixture(scope="module", params=[False, True], ids=["with a network", "offline"])
def machine(
    run: Run, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """Give an emulator of the tests' own."""
    proxy, service, other = Door(), Door(), Door()
    offline = bool(request.param)
    emulator = started(run, tmp_path_factory.mktemp("leaks"), proxy, service, offline=offline)
    try:
        target = Target.from_environment({"AWS_ENDPOINT_URL": f"http://127.0.0.1:{emulator.port}"})
        with Functions(target, run.prefix).opened() as functions:
            yield Machine(functions, offline, proxy, service, other)
    finally:
        emulator.stop()
        for door in (proxy, service, other):
            door.close()


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give the package of a static binary, built as the example in Go is."""
    folder = tmp_path_factory.mktemp("static")
    for source in (*SOURCES.iterdir(), *(METERS / name for name in ("build.sh", "go.txt"))):
        shutil.copy(source, folder)
    path = f"{Path(find_uv()).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "build.sh"], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True,
        check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    binary = (folder / "build" / "bootstrap").read_bytes()
    assert b"ld-linux" not in binary, "it is linked to nothing"
    return {"bootstrap": binary.decode("latin-1")}


@pytest.mark.parametrize("runtime", ALL)
def test_nothing_of_the_user_is_found(machine: Machine, static: dict[str, str], runtime: str) -> None:
    """No keys but the role's, no home, no file of AWS's, no proxy; offline no address but the emulator's.

    With the role's keys gone, an SDK's default chain asks neither the machine's metadata service nor another.
    """
    if machine.offline and not namespaces.permitted():
        pytest.skip("user and mount namespaces are not permitted here: tailrace doctor")
    files = static if runtime == STATIC else PACKAGES[family(runtime)]
    metadata = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://127.0.0.1:{machine.service.port}"}
    function = make(
        machine.functions,
        runtime.removesuffix(" static"),
        files,
        Timeout=30,
        Environment={"Variables": metadata},
    )
    here = ["127.0.0.1", machine.other.port]
    answer = function.invoke({"addresses": [here, *OUTSIDE] if machine.offline else [here]})
    assert answer.error is None, answer
    found: dict[str, Any] = answer.payload
    assert ":assumed-role/" in found["caller"] or found["caller"] == "assumed-role/"
    assert (found["region"], found["others"]) == ("us-east-1", None)
    assert (found["home"], found["proxies"]) == (False, [])
    unreachable = ["ECONNREFUSED", "ENETUNREACH", "ENETUNREACH"]
    assert found["reached"] == (unreachable if machine.offline else ["connected"])
    assert (machine.proxy.came, machine.service.came) == (0, 0)
