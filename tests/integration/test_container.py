import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bootstrap.target import Target
from tailrace.compose import engine as engines
from tailrace.compose import image
from tailrace.compose.container import EMULATOR, FUNCTIONS, OFFLINE, Container
from tailrace.compose.engine import DockerEngine
from tailrace.compose.errors import ContainerError, EngineError
from tailrace.control import processes
from tailrace.control.errors import PortTakenError
from tailrace.testing import labels, wrappers
from tests.frame.run import Run, without_settings

pytestmark = pytest.mark.emulator_only

ROOT = Path(__file__).resolve().parents[2]
PYTHON = "/opt/tailrace/localstack/bin/python"  # LocalStack's, in the container
# A connection that is refused has reached somebody: only one that gets nowhere shows that there is no way.
LOOK_OUT = """
import socket, sys
for place in [("1.1.1.1", 443), ("8.8.8.8", 53)]:
    try:
        socket.create_connection(place, 3).close()
    except (TimeoutError, OSError) as error:
        if not isinstance(error, (TimeoutError, socket.gaierror)) and error.errno not in (101, 113):
            sys.exit(f"{place}: {error!r}")
    else:
        sys.exit(f"{place} was reached")
"""


def silent(_: str) -> None:
    """Report nothing."""


@pytest.fixture(scope="module")
def engine(run: Run) -> DockerEngine:
    """Give the engine, if it has the image of these very sources, or the one that EMULATOR_IMAGE names."""
    named = {image.OWN: run.environ[image.OWN]} if image.OWN in run.environ else {}
    try:
        owned = {wrappers.FOR_RUN: labels.on_this_machine(run.emulators.owner)}  # should this run be killed
        found = engines.find({**without_settings(os.environ), **named, **owned})
    except EngineError as none:
        pytest.skip(f"no container can be run: {none}")
    if not image.stands(found, ROOT):
        pytest.skip("the image of these sources is not built: make test EMULATOR=docker builds it")
    return found


@pytest.fixture
def container(engine: DockerEngine) -> Iterator[Container]:
    """Give an emulator in a container, not started; it is removed in the end."""
    one = Container(engine, processes.free_port(), ROOT)
    yield one
    one.down()


@pytest.fixture(scope="module")
def running(engine: DockerEngine) -> Iterator[Container]:
    """Give one that runs and has no way out, for tests that only look."""
    one = Container(engine._replace(environ={**engine.environ, OFFLINE: "1"}), processes.free_port(), ROOT)
    one.up(silent)
    yield one
    one.down()


def inside(container: Container, *command: str) -> str:
    """Run a program in the container; give what it printed, and fail if it fails."""
    found = container.find()
    assert found
    done = container.engine.run("exec", found.name, *command, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def left(container: Container) -> list[str]:
    """Give the containers, networks and volumes of its project."""
    of = ("--quiet", "--filter", f"label=com.docker.compose.project={container.project}")
    kinds = (("ps", "--all"), ("network", "ls"), ("volume", "ls"))
    return [one for kind in kinds for one in container.engine.ask(*kind, *of).split()]


def command(container: Container, *module: str, ends_with: int = 0, **more: str) -> str:
    """Run one of the project's commands against the container; give what it printed."""
    environ = {**container.engine.environ, "EMULATOR_PORT": str(container.port), **more}
    done = subprocess.run(
        [sys.executable, "-m", *module], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == ends_with, f"{done.stdout}\n{done.stderr}\n{container.log(40)}"
    return done.stdout + done.stderr


def test_rights(running: Container) -> None:
    """It runs as nobody in particular, without a capability, and cannot gain one; no socket of the engine."""
    status = dict(line.split(":", 1) for line in inside(running, "cat", "/proc/self/status").splitlines())
    assert status["Uid"].split() == ["10001"] * 4
    assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd")} == {0}
    assert status["NoNewPrivs"].strip() == "1"
    assert inside(running, "sh", "-c", "ls /var/run/docker.sock 2>/dev/null || true") == ""


def test_what_can_be_written(running: Container) -> None:
    """Only where it runs and in /tmp can anything be written, and from /tmp nothing can be run."""
    folders = "/ /opt/tailrace /opt/tailrace/cache /usr /var/tmp"
    script = f"for d in {folders}; do touch $d/x 2>/dev/null && echo $d; done; true"
    assert inside(running, "sh", "-c", script) == ""
    inside(running, "sh", "-c", "touch /opt/tailrace/run/x /tmp/x && rm /opt/tailrace/run/x")
    assert inside(running, "sh", "-c", "chmod +x /tmp/x; /tmp/x 2>/dev/null; echo $?; rm /tmp/x") == "126\n"


def test_bounds(running: Container) -> None:
    """Memory, processes and log have an end, and whatever ends it, it is not started again."""
    found = running.find()
    assert found
    (shown,) = json.loads(running.engine.ask("inspect", found.name))
    host = shown["HostConfig"]
    assert host["Memory"] == host["MemorySwap"] == 3 * 2**30
    assert host["PidsLimit"] == 4096
    assert host["LogConfig"]["Config"] == {"max-size": "10m", "max-file": "3"}
    assert host["RestartPolicy"]["Name"] == "no"
    assert host["Binds"] is None
    assert host["Init"]


def test_published_on_loopback(running: Container) -> None:
    """It is published on 127.0.0.1 alone, on the port that it has inside."""
    found = running.find()
    assert found
    published = running.engine.ask("port", found.name).splitlines()
    assert published == [f"{running.port}/tcp -> 127.0.0.1:{running.port}"]


def test_addresses_hold_on_both_sides(running: Container) -> None:
    """An address that it gives out leads to it, from here and from a function inside."""
    target = Target.from_environment({"AWS_ENDPOINT_URL": running.endpoint})
    url = target.client("sqs").create_queue(QueueName="addressed")["QueueUrl"]
    assert f":{running.port}/" in url
    look = f"import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:{running.port}/_localstack/health').status)"
    assert inside(running, PYTHON, "-c", look) == "200\n"


def test_everything_works_without_a_network(running: Container) -> None:
    """Deploying, sending and asking for the status pass through a container that reaches nothing outside."""
    inside(running, PYTHON, "-c", LOOK_OUT)
    assert "Verified" in command(running, "bootstrap", "up")
    assert "Acknowledged 500 events" in command(running, "producer", COUNT="500", SEED="1")
    assert "Enabled" in command(running, "bootstrap", "status")
    command(running, "bootstrap", "destroy")
    inside(running, PYTHON, "-c", LOOK_OUT)


def test_its_certificate(running: Container) -> None:
    """`tailrace env` names a copy of the certificate in the container, and who trusts that one is let in."""
    printed = json.loads(command(running, "tailrace", "env", "--json"))["set"]
    trusting = ssl.create_default_context(cafile=printed["TAILRACE_CERTIFICATE"])
    connection = http.client.HTTPSConnection("localhost", running.port, timeout=10, context=trusting)
    connection.request("GET", "/_localstack/health")
    assert connection.getresponse().status == 200
    connection.close()
    assert printed["TAILRACE_CERTIFICATE"] in command(running, "bootstrap", "env")


def test_compose_alone(container: Container) -> None:
    """`docker compose up --wait` returns when it answers; `down` leaves no container, network or volume."""
    compose = ["docker", "compose"]
    environ = {**container.engine.environ, "EMULATOR_PORT": str(container.port)}
    subprocess.run([*compose, "up", "--wait"], cwd=ROOT, env=environ, check=True, capture_output=True)
    assert health(container)["services"]
    subprocess.run([*compose, "down"], cwd=ROOT, env=environ, check=True, capture_output=True)
    assert left(container) == []


def test_up_and_down(container: Container) -> None:
    """Up starts it, up again changes nothing and stays quick, down leaves nothing, down again is no error."""
    assert container.up(silent)
    first = container.find()
    assert not container.up(silent)
    assert container.find() == first
    assert "Ready." in container.log()
    assert container.down()
    assert left(container) == []
    assert not container.down()


def test_the_command_line_knows_it(container: Container) -> None:
    """Up with EMULATOR=docker says what it takes and why; where and down find it; auto uses what runs."""
    said = command(container, "tailrace", "up", EMULATOR="docker")
    assert "Emulator: in Docker (EMULATOR=docker)" in said
    assert f"The emulator runs at {container.endpoint} (healthy after" in said
    assert f"container {container.project}-emulator-1" in command(container, "tailrace", "where")
    assert "in Docker (it runs already)" in command(container, "tailrace", "up", EMULATOR="auto")
    refused = command(container, "tailrace", "up", EMULATOR="embedded", ends_with=1)
    assert f"taken by the container {container.project}-emulator-1" in refused
    assert "is removed" in command(container, "tailrace", "down")
    assert left(container) == []


def test_asked_to_end(container: Container) -> None:
    """Asked to end, it does so by itself, in time, and not as a failure."""
    container.up(silent)
    found = container.find()
    assert found
    container.engine.run("stop", "--time", "20", found.name, timeout=40)
    assert container.engine.ask("inspect", "--format", "{{.State.ExitCode}}", found.name) in {"0", "143"}


def test_taken_port(container: Container) -> None:
    """A taken port is named with its owner, who is left alone; nothing is started."""
    with socket.create_server(("127.0.0.1", container.port)), pytest.raises(PortTakenError) as refused:
        container.up(silent)
    assert f"EMULATOR_PORT={container.port + 1}" in str(refused.value)
    assert left(container) == []


def test_somebody_elses_container(container: Container, tmp_path: Path) -> None:
    """A container of another clone on the same port is named, and neither used nor removed."""
    container.up(silent)
    (tmp_path / "docker-compose.yml").write_text((ROOT / "docker-compose.yml").read_text())
    other = Container(container.engine, container.port, tmp_path)
    with pytest.raises(PortTakenError, match=f"started from {ROOT}"):
        other.up(silent)
    assert not other.down()
    assert health(container)["services"]


def test_containers_of_functions(container: Container) -> None:
    """Containers that were started for functions are gone after down."""
    container.up(silent)
    given = ("--detach", "--network", "none", "--entrypoint", "sleep", "--label")
    container.engine.ask(
        "run", *given, f"{FUNCTIONS}={container.port}", image.name(container.engine.environ), "300"
    )
    container.down()
    for label in (EMULATOR, FUNCTIONS):
        assert (
            container.engine.ask("ps", "--all", "--quiet", "--filter", f"label={label}={container.port}")
            == ""
        )


@pytest.fixture
def unlicensed(engine: DockerEngine, tmp_path: Path) -> Iterator[str]:
    """Give an image that does what LocalStack's own does without a licence."""
    name = f"tailrace-unlicensed:{os.getpid()}"
    end = '["sh", "-c", "echo License activation failed; exit 55"]'
    text = f"FROM {image.name(engine.environ)}\nENTRYPOINT {end}\n"
    (tmp_path / "Dockerfile").write_text(text)
    engine.ask("build", "--quiet", "--tag", name, str(tmp_path))
    yield name
    engine.run("image", "rm", name)


def test_no_licence(container: Container, unlicensed: str) -> None:
    """An image that ends for want of a licence is no riddle: a sentence names the token. Nothing is left."""
    environ: Mapping[str, str] = {**container.engine.environ, "LOCALSTACK_IMAGE": unlicensed}
    theirs = Container(container.engine._replace(environ=environ), container.port, ROOT)
    with pytest.raises(ContainerError, match=rf"{unlicensed} ended with exit code 55.*LOCALSTACK_AUTH_TOKEN"):
        theirs.up(silent)
    assert left(container) == []


def test_labels_of_the_image(engine: DockerEngine) -> None:
    """The image says what it is, by the names that the Open Container Initiative gives."""
    (shown,) = json.loads(engine.ask("image", "inspect", image.name(engine.environ)))
    config, prefix = shown["Config"], "org.opencontainers.image."
    labels = {name.removeprefix(prefix): value for name, value in config["Labels"].items()}
    assert labels["title"] == "Tailrace emulator"
    assert labels["licenses"] == "Apache-2.0"
    assert labels["version"] == image.version(ROOT)
    assert config["User"] == "10001:10001"


def health(container: Container) -> dict[str, object]:
    """Ask it how it is."""
    connection = http.client.HTTPConnection("127.0.0.1", container.port, timeout=10)
    connection.request("GET", "/_localstack/health")
    answer: dict[str, object] = json.loads(connection.getresponse().read())
    connection.close()
    return answer
