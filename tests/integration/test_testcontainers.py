"""The emulator's image, started by testcontainers."""

import gc
import json
import os
import signal
import socket
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import docker
import pytest
from docker.errors import ImageNotFound
from docker.models.containers import Container

from tailrace.compose import image
from tailrace.compose.container import OFFLINE
from tailrace.compose.errors import ContainerError
from tailrace.control import processes
from tailrace.control.health import healthy
from tailrace.control.processes import Process
from tailrace.testing import container, labels
from tailrace.testing.clients import Aws
from tailrace.testing.container import EmulatorContainer
from tailrace.testing.eventually import eventually
from tests.integration import children, installing
from tests.integration.test_container import LOOK_OUT, PYTHON

pytestmark = pytest.mark.emulator_only

IMAGE = image.name(os.environ)  # asked before a test's environment is cleared
IN_CONTAINER = {"EMULATOR": "testcontainers", image.OWN: IMAGE, OFFLINE: "1"}
NOBODY = Process(4_194_305, "before this machine began")  # above the most that Linux gives a process


@pytest.fixture(scope="module")
def engine() -> Iterator[docker.DockerClient]:
    """Give the Docker engine, with the emulator's image on it; without one the test is skipped."""
    try:
        container.refuse_missing_engine()
    except ContainerError as error:
        pytest.skip(str(error))
    with closing(docker.from_env()) as client:
        try:
            client.images.get(IMAGE)
        except ImageNotFound:
            pytest.skip(f"the Docker engine has no image {IMAGE}: docker compose build")
        yield client


@pytest.fixture
def me() -> Process:
    """Give this process, as the owner of containers; they are removed at the end."""
    one = processes.process(os.getpid())
    assert one is not None
    return one


def of(engine: docker.DockerClient, owner: int) -> list[Container]:
    """Return the containers that belong to a process."""
    return [
        one
        for one in engine.containers.list(all=True, filters={"label": container.OWNER}, ignore_removed=True)
        if json.loads(one.labels[container.OWNER])["pid"] == owner
    ]


def networks(engine: docker.DockerClient, owner: int) -> list[str]:
    """Return the networks that belong to a process."""
    found = engine.networks.list(filters={"label": container.OWNER})
    labels = [(one.name or "", (one.attrs["Labels"] or {})[container.OWNER]) for one in found]
    return [name for name, label in labels if json.loads(label)["pid"] == owner]


def own_address() -> str:
    """Return an address of this machine that is not loopback; nothing is sent to find it."""
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.250", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        found: str = probe.getsockname()[0]
        return found


class ToEngine(socketserver.BaseRequestHandler):
    """Passes a connection on to the engine's socket."""

    path = ""

    def handle(self) -> None:
        """Pass on both ways, until both sides have ended."""
        with socket.socket(socket.AF_UNIX) as engines:
            engines.connect(self.path)
            back = threading.Thread(target=_pass_on, args=(engines, self.request))
            back.start()
            _pass_on(self.request, engines)
            back.join()


@contextmanager
def forwarded(address: str, engine: docker.DockerClient) -> Iterator[int]:
    """Listen at an address of this machine, and pass on what comes to the engine's socket; yield the port."""
    ToEngine.path = vars(engine.api.get_adapter(engine.api.base_url))["socket_path"]
    with socketserver.ThreadingTCPServer((address, 0), ToEngine) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            serving.join()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):  # either side may have ended
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def test_used_as_testcontainers_own(engine: docker.DockerClient, me: Process) -> None:
    """A container gives a healthy endpoint and clients; it has no rights, volume or network of its own."""
    with EmulatorContainer(IMAGE, owner=me) as started:
        kinesis = Aws(started.get_url())("kinesis")
        kinesis.create_stream(StreamName="rain", ShardCount=1)
        assert kinesis.list_streams()["StreamNames"] == ["rain"]
        theirs = started.get_client("kinesis")  # type: ignore[call-arg,arg-type]  # wraps() misleads mypy
        assert theirs.meta.endpoint_url == started.get_url()
        (one,) = of(engine, me.pid)
        host = one.attrs["HostConfig"]
        assert (host["CapDrop"], host["ReadonlyRootfs"], host["Binds"]) == (["ALL"], True, None)
        assert [mount["Type"] for mount in one.attrs["Mounts"] if mount["Type"] != "tmpfs"] == []
        assert list(one.attrs["NetworkSettings"]["Networks"]) == ["bridge"]
    assert of(engine, me.pid) == []


def test_offline(engine: docker.DockerClient, me: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """With EMULATOR_OFFLINE=1 it answers and reaches nothing outside, in a network that goes with it."""
    monkeypatch.setenv(OFFLINE, "1")
    with EmulatorContainer(IMAGE, owner=me) as started:
        assert healthy(started.get_url())
        (one,) = of(engine, me.pid)
        looked = one.exec_run([PYTHON, "-c", LOOK_OUT])
        assert looked.exit_code == 0, looked.output
        assert list(one.attrs["NetworkSettings"]["Networks"]) == networks(engine, me.pid)
    assert of(engine, me.pid) == []
    assert networks(engine, me.pid) == []


def test_workers_share_a_container(engine: docker.DockerClient, tmp_path: Path) -> None:
    """The workers of one run share a container; it is gone after the run, also if a test failed."""
    for name in "ab":
        (tmp_path / f"test_{name}.py").write_text(
            f"import pathlib\ndef test_{name}(tailrace):\n"
            f"    pathlib.Path('saw-{name}').write_text(tailrace.endpoint)\n    assert {name!r} == 'a'\n"
        )
    environ = children.environment(installing.ROOT, **IN_CONTAINER)
    with subprocess.Popen(
        children.command("-n", "2", "--dist", "loadfile"),
        cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as run:  # fmt: skip
        said = run.communicate(timeout=180)[0]
    assert "1 failed, 1 passed" in said, said
    (endpoint,) = {saw.read_text() for saw in tmp_path.glob("saw-*")}
    assert not healthy(endpoint)
    assert of(engine, run.pid) == []
    assert networks(engine, run.pid) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_ended_in_the_middle(number: signal.Signals, engine: docker.DockerClient, tmp_path: Path) -> None:
    """A run that is interrupted or killed leaves no container behind."""
    with children.waiting(tmp_path, children.environment(installing.ROOT, **IN_CONTAINER)) as run:
        eventually((tmp_path / "endpoint").exists, within=90, what="the container of the run is healthy")
        assert len(of(engine, run.pid)) == 1
        run.send_signal(number)
        eventually(lambda: not of(engine, run.pid), within=30, what="the container is gone")
        eventually(lambda: not children.watchdogs(run.pid), within=30, what="what kept it has ended")
        assert networks(engine, run.pid) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_ended_while_it_starts(number: signal.Signals, engine: docker.DockerClient, tmp_path: Path) -> None:
    """A run that ends before its container is healthy leaves none behind."""
    with children.waiting(tmp_path, children.environment(installing.ROOT, **IN_CONTAINER)) as run:
        eventually(lambda: of(engine, run.pid), within=60, what="there is a container")
        assert not (tmp_path / "endpoint").exists()
        run.send_signal(number)
        eventually(lambda: not children.watchdogs(run.pid), within=60, what="what kept it has ended")
        assert of(engine, run.pid) == []
        assert networks(engine, run.pid) == []


def test_engine_elsewhere(engine: docker.DockerClient, me: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an engine that is reached by DOCKER_HOST, the emulator is looked for on that machine."""
    address = own_address()
    with forwarded(address, engine) as port:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://{address}:{port}")
        with EmulatorContainer(IMAGE, owner=me) as started:
            assert started.get_url().startswith(f"http://{address}:")
    assert of(engine, me.pid) == []


def test_all_is_killed(engine: docker.DockerClient, tmp_path: Path) -> None:
    """If what keeps the container is killed as well, the next run removes what was left."""
    with children.waiting(tmp_path, children.environment(installing.ROOT, **IN_CONTAINER)) as run:
        eventually((tmp_path / "endpoint").exists, within=90, what="the container of the run is healthy")
        for watchdog in children.watchdogs(run.pid):
            os.kill(watchdog, signal.SIGKILL)
        run.kill()
        run.wait(30)
        assert len(of(engine, run.pid)) == len(networks(engine, run.pid)) == 1
    container.remove_orphans()
    assert of(engine, run.pid) == []
    assert networks(engine, run.pid) == []


def test_others_are_left_alone(engine: docker.DockerClient, me: Process) -> None:
    """The next run removes containers of this machine's ended processes, and nobody else's."""
    carried = {
        "killed here": {
            container.OWNER: json.dumps(NOBODY._asdict()),
            container.MACHINE: labels.machine(),
        },
        "alive here": {container.OWNER: json.dumps(me._asdict()), container.MACHINE: labels.machine()},
        "elsewhere": {container.OWNER: json.dumps(NOBODY._asdict()), container.MACHINE: "another machine"},
        "not ours": {},
    }
    made = {name: engine.containers.create(IMAGE, labels=one) for name, one in carried.items()}
    try:
        container.remove_orphans()
        left = {one.id for one in engine.containers.list(all=True, ignore_removed=True)}
        assert [name for name, one in made.items() if one.id not in left] == ["killed here"]
    finally:
        for one in engine.containers.list(all=True, ignore_removed=True):
            if one.id in {each.id for each in made.values()}:
                one.remove(force=True)


@pytest.mark.usefixtures("engine")
def test_no_image(me: Process) -> None:
    """Where the image is missing, nothing is pulled: a sentence says how it is built."""
    with pytest.raises(ContainerError, match=r"no image tailrace:none\. Build"):
        EmulatorContainer("tailrace:none", owner=me).start()


def test_container_that_ends(engine: docker.DockerClient, me: Process) -> None:
    """A container that ends before it is healthy says its exit code and the end of its log, at once."""
    broken = EmulatorContainer(IMAGE, owner=me).with_env("EMULATOR_PORT", "none")
    try:
        with pytest.raises(ContainerError, match=r"(?s)exit code 1\..*EMULATOR_PORT=none is not a port"):
            broken.start()
    finally:
        broken.stop()
    assert of(engine, me.pid) == []


def test_no_engine(tmp_path: Path) -> None:
    """Where no engine answers, a run that asks for a container says so, and what to do."""
    (tmp_path / "test_it.py").write_text("def test_it(tailrace): pass\n")
    environ = children.environment(installing.ROOT, **IN_CONTAINER, DOCKER_HOST="tcp://127.0.0.1:9")
    done = subprocess.run(
        children.command(), cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert "No Docker engine answers at tcp://127.0.0.1:9" in done.stdout, done.stdout
    assert done.returncode == 1


def test_no_engine_leaves_no_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was tried is closed, where warnings are errors too."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(ContainerError, match=r"No Docker engine answers at unix://"):
        container.refuse_missing_engine()
    gc.collect()  # pytest fails a test in which something is found unclosed
