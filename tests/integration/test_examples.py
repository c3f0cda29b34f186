"""Projects in other people's shapes, each run as its user runs it: from the wheel, in a folder of its own."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tailrace.control import Installation, plugins, processes
from tailrace.control.uv import find_uv
from tailrace.functions import runtimes
from tests.frame.run import Run
from tests.integration import children, clients, installing

pytestmark = pytest.mark.emulator_only

EXAMPLES = installing.ROOT / "examples"
KEPT = installing.ROOT / ".build" / "examples"
BUILT = shutil.ignore_patterns("build", "node_modules", "__pycache__")


class Example(NamedTuple):
    """A project: its folder, the runtime of its function, how many tests it has, and what builds it.

    `quick` of them, by names of pytest's `-k`, are run here where all take minutes. One that `starts` an
    emulator has it for itself; the others are told of one that runs. What it installs, once, to deploy
    with is `installed` from a `lock`: the next run in this checkout finds it there.
    """

    folder: str
    runtime: str
    tests: int
    program: str = "sh"
    quick: str = ""
    starts: bool = False
    installed: str = ""
    lock: str = ""


BY_NPM: dict[str, Any] = {"program": "npm", "installed": "node_modules", "lock": "package-lock.json"}
ALL = (
    Example("greenhouse", "python3.13", 2, starts=True),
    Example("parcels", "python3.12", 5),
    Example("meters", "provided.al2023", 3),
    Example("till", "nodejs24.x", 4, **BY_NPM),
    Example("lifts", "nodejs24.x", 9, quick="nothing_is_lost", **BY_NPM),
    Example("buoys", "python3.13", 9, quick="nothing_is_lost", **BY_NPM),
    Example(
        "fares", "python3.13", 10, quick="nothing_is_lost or metric",
        installed="build/deployer", lock="deployer.txt",
    ),
)  # fmt: skip


class ByJavaScript(NamedTuple):
    """A project's events for `tests/clients/with_javascript.py`: where they go, and where they come out."""

    event: dict[str, object] = {}  # noqa: RUF012  of a tuple, which nobody changes
    key: str = "key"  # a field that holds the partition key too
    stack: str = ""  # none where API calls make all, which stands until the emulator ends
    fixture: str = "outputs"  # deploys the stack
    stream: str = "Stream"  # as the stack's outputs name it, and the table; without a stack its own name
    table: str = ""
    attribute: str = "id"
    metric: dict[str, Any] | None = None


def metric(namespace: str, name: str, statistic: str, **dimension: str) -> dict[str, Any]:
    """Give a metric that grows by one with each event."""
    ((label, value),) = dimension.items()
    named = {"Namespace": namespace, "MetricName": name, "statistic": statistic}
    return {**named, "Dimensions": [{"Name": label, "Value": value}]}


BY_JAVASCRIPT = {
    "greenhouse": ByJavaScript({"celsius": 21.5}, stack="greenhouse", table="Table", attribute="reading"),
    "parcels": ByJavaScript(
        {"label": "AB-CD-7", "depot": "depot-1"}, stack="parcels", table="Table", attribute="scan",
        metric=metric("Parcels", "Kept", "Sum", service="keeper"),
    ),
    "meters": ByJavaScript(
        {"site": "javascript", "from": 0, "to": 60, "step": 15, "watts": 1200}, stream="meter-readings",
        metric=metric("Meters", "Energy", "SampleCount", Site="javascript"),
    ),
    "till": ByJavaScript(
        {"cents": 250}, stack="till", table="Table",
        metric=metric("Tills", "Takings", "SampleCount", service="till"),
    ),
    "lifts": ByJavaScript(key="lift", stack="lifts", fixture="deployed", table="TableName"),
    "buoys": ByJavaScript({"metres": 1.5}, "buoy", "buoys-dev", "deployed", table="Waves"),
    "fares": ByJavaScript(
        {"cents": 270}, "card", "fares", "deployed", table="Fares",
        metric=metric("Fares", "Collected", "Sum", service="collector"),
    ),
}  # fmt: skip


def test_all_are_run() -> None:
    """Each folder of examples/ is run here."""
    assert sorted(one.name for one in EXAMPLES.iterdir() if one.is_dir()) == sorted(one.folder for one in ALL)


@pytest.fixture(scope="module")
def emulator(python: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the endpoint of an emulator that runs from the wheel."""
    folder, port = tmp_path_factory.mktemp("running"), str(processes.free_port())
    environ = _environment(python, installing.installed(run), EMULATOR_PORT=port)
    subprocess.run([python, "-m", "tailrace", "start"], cwd=folder, env=environ, check=True)
    yield f"http://127.0.0.1:{port}"
    subprocess.run([python, "-m", "tailrace", "stop"], cwd=folder, env=environ, check=True)


@pytest.mark.parametrize("example", ALL, ids=lambda one: one.folder)
def test_example(
    example: Example,
    python: Path,
    installation: Installation,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    """A project with its own functions, streams and deployer passes its tests, and leaves no emulator.

    Its events come out as well where AWS's SDK for JavaScript puts them, by HTTP/2, its default.
    """
    _skip_unless(example, installation)
    where = {} if example.starts else {"AWS_ENDPOINT_URL": request.getfixturevalue("emulator")}
    chosen = ["-k", f"{example.quick} or javascript"] if example.quick else []
    tests = 1 + example.quick.count(" or ") if example.quick else example.tests
    if clients.NODE in runtimes.installed(installation.home):
        node, modules = clients.node(installation)
        where |= {"BY_JAVASCRIPT": json.dumps(BY_JAVASCRIPT[example.folder]._asdict())}
        where |= {"PROJECT_NODE": str(node), "NODE_PATH": str(modules)}
        tests += 1
    said = _run(example, python, installation, tmp_path, *chosen, **where)
    assert f"== {tests} passed" in said, said


@pytest.mark.long
@pytest.mark.parametrize("example", [one for one in ALL if one.quick], ids=lambda one: one.folder)
def test_every_promise_of(example: Example, python: Path, installation: Installation, tmp_path: Path) -> None:
    """A project that makes promises keeps each of them."""
    _skip_unless(example, installation)
    said = _run(example, python, installation, tmp_path)
    assert "promises kept, 0 broken" in said, said


def _skip_unless(example: Example, installation: Installation) -> None:
    """Skip an example that cannot be run here."""
    if example.runtime not in runtimes.installed(installation.home):
        pytest.skip(f"{example.runtime} is not installed: make up RUNTIMES={example.runtime}")
    if not shutil.which(example.program):
        pytest.skip(f"there is no {example.program} on the PATH, which builds it")


def _run(
    example: Example,
    python: Path,
    installation: Installation,
    tmp_path: Path,
    *arguments: str,
    **settings: str,
) -> str:
    """Run a project's tests, and return what pytest said."""
    project = Path(shutil.copytree(EXAMPLES / example.folder, tmp_path / example.folder, ignore=BUILT))
    if "BY_JAVASCRIPT" in settings:
        shutil.copy(clients.FOLDER / "project.cjs", project / "tests")
        shutil.copy(clients.FOLDER / "with_javascript.py", project / "tests" / "test_with_javascript.py")
    packages = [find_uv(), "pip", "install", "-q", "--group", f"{project}/pyproject.toml:dev"]
    subprocess.run([*packages, "--python", python, *installing.LOCKED], check=True)
    environ = _environment(python, installation, **settings)
    ours = plugins.place(installation.home)
    plugins.lay(ours)
    before = _running_from(installation, python.parents[1])
    _lend(example, project)
    done = subprocess.run(
        children.command("-v", "-rs", *arguments, python=python), cwd=project, env=environ, check=False,
        capture_output=True, text=True, timeout=900 if example.quick else 300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    _keep(example, project)
    links = [one.readlink() for one in installation.home.glob("plugins/*/tailrace")]
    assert any(one.is_relative_to(python.parents[1]) for one in links), (
        "the emulator ran from the installation"
    )
    assert _running_from(installation, python.parents[1]) == before
    assert (ours / plugins.PACKAGE.name).readlink() == plugins.PACKAGE, "our own emulators run our own code"
    return done.stdout


def _kept(example: Example) -> Path:
    """Return where what a project has installed is kept, by the file that says what it is, and the Python."""
    lock = (EXAMPLES / example.folder / example.lock).read_bytes() + sys.base_prefix.encode()
    return KEPT / f"{example.folder}-{sha256(lock).hexdigest()[:16]}" / Path(example.installed).name


def _lend(example: Example, project: Path) -> None:
    """Give a project what it has installed before."""
    if example.installed and (kept := _kept(example)).exists():
        (project / example.installed).parent.mkdir(exist_ok=True)
        (project / example.installed).symlink_to(kept)


def _keep(example: Example, project: Path) -> None:
    """Keep what a project has installed, if none is kept: whole, and never over another run's."""
    if example.installed and not (kept := _kept(example)).exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(shutil.move(project / example.installed, kept.with_name(f".{secrets.token_hex(6)}")))
        with suppress(OSError):  # another run was quicker
            draft.rename(kept)
        shutil.rmtree(draft, ignore_errors=True)


def _environment(python: Path, installation: Installation, **settings: str) -> dict[str, str]:
    """Return the environment of somebody whose Python this is."""
    path = f"{python.parent}:{os.environ['PATH']}"
    environ = children.environment(installation.home, PATH=path, **settings)
    environ.pop("PYTHONPATH", None)
    return environ


def _running_from(installation: Installation, environment: Path) -> list[int]:
    """Return the ports of emulators whose code is this environment's."""
    links = installation.home.glob("plugins/*/tailrace")
    ours = [link.parent for link in links if link.readlink().is_relative_to(environment)]
    return [
        port
        for port, one in installation.running()
        if ours
        and f"PYTHONPATH={ours[0]}".encode() in Path(f"/proc/{one.pid}/environ").read_bytes().split(b"\0")
    ]
