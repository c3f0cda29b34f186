"""The emulator's image, started by testcontainers.

Each container carries a label that says whose it is: machine, process and time of birth. So whoever comes
later can tell the containers of a run that was killed from those of one that still works.
"""

import gc
import os
import secrets
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Self

from docker.errors import APIError, DockerException, ImageNotFound
from docker.models.containers import Container
from testcontainers.community.localstack import LocalStackContainer
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient, get_docker_host
from testcontainers.core.utils import inside_container

from tailrace.compose import image
from tailrace.compose.container import OFFLINE
from tailrace.compose.errors import ContainerError
from tailrace.control.health import healthy
from tailrace.control.processes import Process, process
from tailrace.endpoint import region

from .eventually import eventually
from .labels import ended, label, machine

if TYPE_CHECKING:
    from docker.models.networks import Network

PORT = 4566
PATIENCE = 90  # seconds until it must be healthy
# Labels: the run that it is for and its name there, what started it, and where those processes are.
OWNER, NAME, STARTER, MACHINE = "tailrace.owner", "tailrace.name", "tailrace.starter", "tailrace.machine"
# As docker-compose.yml runs it: all capabilities dropped, a read-only root, a memory limit.
RESTRICTED: dict[str, Any] = {
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "read_only": True,
    "mem_limit": "3g",
    "memswap_limit": "3g",
    "pids_limit": 4096,
    "init": True,
}
WRITABLE = {
    "/opt/tailrace/run": "rw,exec,nosuid,nodev,uid=10001,gid=10001,mode=0700",
    "/tmp": "rw,noexec,nosuid,nodev,mode=1777,size=64m",  # noqa: S108  the container's
}
# As docker-compose.offline.yml does it. A network that is `internal` would publish no ports.
NO_WAY_OUT = {"com.docker.network.bridge.enable_ip_masquerade": "false"}


class EmulatorContainer(LocalStackContainer):
    """The emulator in a container; it may be removed when its `owner`, this process by default, has ended.

    Used like testcontainers' own `LocalStackContainer`, from which it differs in what it waits for (health,
    not a line of the log) and in where it finds the emulator: also from within a container, and when the
    engine runs in that same container. With EMULATOR_OFFLINE=1 its network is its own, without a way out.
    """

    def __init__(self, wanted: str = "", *, owner: Process | None = None, name: str = "") -> None:
        testcontainers_config.ryuk_disabled = True  # who starts this removes it; nothing else is run for it
        super().__init__(wanted or image.name(os.environ), edge_port=PORT, region_name=region(os.environ))
        self._labels = {
            OWNER: label(owner or _this()), NAME: name, STARTER: label(_this()), MACHINE: machine()
        }  # fmt: skip
        self.with_kwargs(**RESTRICTED, labels=self._labels)
        self._way: Network | None = None
        for folder, options in WRITABLE.items():
            self.with_tmpfs_mount(folder, options)
        self._publish()
        self._endpoint = ""

    def start(self, timeout: float = PATIENCE) -> Self:
        """Start it and return once it is healthy; raises ContainerError after `timeout` seconds.

        Containers that a killed process left are removed first.
        """
        self._refuse_missing_image()
        remove_orphans()
        if os.environ.get(OFFLINE) == "1":
            self._cut_off()
        DockerContainer.start(self)
        try:
            self._endpoint = eventually(self._healthy, within=timeout, every=0.1) or ""
        except AssertionError as gave_up:
            raise ContainerError(str(gave_up)) from None
        return self

    def stop(self, force: bool = True, delete_volume: bool = True) -> None:  # noqa: FBT001, FBT002  theirs
        """Remove it, and its network if it has one."""
        DockerContainer.stop(self, force, delete_volume)
        if self._way:
            self._way.remove()
            self._way = None

    def get_url(self) -> str:
        """Return the endpoint at which it answers from here."""
        return self._endpoint

    def _cut_off(self) -> None:
        """Give it a network of its own, and nobody who knows names."""
        name = f"tailrace-{secrets.token_hex(6)}"
        networks = self.get_docker_client().client.networks
        self._way = networks.create(name, driver="bridge", options=NO_WAY_OUT, labels=self._labels)
        self.with_kwargs(**RESTRICTED, labels=self._labels, network=name, dns=["127.0.0.1"])

    def _publish(self) -> None:
        """Publish the port on loopback alone, where the engine is here and loopback is the engine's."""
        if self._by_socket() and not inside_container():
            self.ports[str(PORT)] = ("127.0.0.1",)  # type: ignore[assignment]  # docker-py takes it: any port there

    def _by_socket(self) -> bool:
        """Tell whether the engine is reached by a socket of this machine."""
        address: str = self.get_docker_client().client.api.base_url
        return address.startswith(("http+docker", "http+unix", "npipe"))

    def _refuse_missing_image(self) -> None:
        try:
            self.get_docker_client().client.images.get(self.image)
        except ImageNotFound:
            raise ContainerError(
                f"The Docker engine has no image {self.image}. Build it (docker build -f bench/Dockerfile "
                f"-t {self.image} .) or pull it, or name another: EMULATOR_IMAGE."
            ) from None

    def _healthy(self) -> str | None:
        """See the emulator in the container healthy."""
        one = self.get_wrapped_container()
        one.reload()
        if one.status in ("exited", "dead"):
            code = one.attrs["State"]["ExitCode"]
            log = one.logs(tail=20).decode(errors="replace")
            raise ContainerError(f"The container ended with exit code {code}. The end of its log:\n{log}")
        asked = list(self._places(one))
        return next((place for place in asked if healthy(place)), None)

    def _places(self, one: Container) -> Iterator[str]:
        """Give where the emulator may be reached from here, the likeliest first."""
        with suppress(KeyError, TypeError, IndexError):  # a port that is not published yet
            published = one.attrs["NetworkSettings"]["Ports"][f"{PORT}/tcp"][0]["HostPort"]
            if self._by_socket() and inside_container():  # the engine may run in this very container
                yield f"http://127.0.0.1:{published}"
            yield f"http://{self.get_container_host_ip()}:{published}"
        for network in one.attrs["NetworkSettings"]["Networks"].values():
            if inside_container() and network["IPAddress"]:
                yield f"http://{network['IPAddress']}:{PORT}"


def refuse_missing_engine() -> None:
    """Raise ContainerError unless a Docker engine answers."""
    missing = ""
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        try:
            DockerClient().client.close()
        except DockerException as error:
            missing = str(error)
        if missing:
            gc.collect()  # docker-py leaves open the socket that nobody answered
    if missing:
        where = get_docker_host() or "the usual place"
        raise ContainerError(
            f"No Docker engine answers at {where}: start it, set DOCKER_HOST, or do without "
            f"(EMULATOR=embedded). {missing}"
        )


def remove_own() -> None:
    """Remove every container and network that this process made."""
    _remove({STARTER: label(_this()), MACHINE: machine()}, lambda _: True)


def log(owner: Process, name: str) -> str:
    """Return all that the owner's container of this name has logged, empty if there is none."""
    client = DockerClient().client
    with closing(client):
        found = client.containers.list(all=True, filters=_filters({OWNER: label(owner), NAME: name}))
        return "".join(one.logs().decode(errors="replace") for one in found)


def remove_orphans() -> None:
    """Remove every container and network of an owner on this machine that has ended."""
    _remove({MACHINE: machine()}, ended)


def _remove(labels: dict[str, str], wanted: Callable[[str], bool]) -> None:
    client = DockerClient().client
    with closing(client):
        for one in client.containers.list(all=True, filters=_filters(labels), ignore_removed=True):
            if wanted(one.labels.get(OWNER, "")):
                with suppress(APIError):  # somebody else removes it too
                    one.remove(force=True, v=True)
        for way in client.networks.list(filters=_filters(labels)):
            if wanted((way.attrs["Labels"] or {}).get(OWNER, "")):
                with suppress(APIError):
                    way.remove()


def _filters(labels: dict[str, str]) -> dict[str, str | list[str] | bool]:
    return {"label": [f"{name}={value}" for name, value in labels.items()]}


def _this() -> Process:
    one = process(os.getpid())
    if one is None:
        raise ContainerError("This machine does not tell when a process began.")
    return one
