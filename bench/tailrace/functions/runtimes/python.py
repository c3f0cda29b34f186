"""python3.10 to python3.14: AWS's `awslambdaric` and boto3, on an interpreter of that version."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tailrace.control import interpreters, uv
from tailrace.control.errors import InstallError
from tailrace.control.fetching import Site
from tailrace.control.parts import LOCKS, PythonEnvironment, make_environment
from tailrace.functions.runtimes.base import FOLDER, ProcessConfiguration, Runtime, RuntimePaths

NEEDED = "3.13"
"""The version that is always installed: without it nothing could be deployed."""
START = Path(__file__).with_name("start_python.py")


class _Part(PythonEnvironment):
    """An environment with the runtime's client, and the file that begins it."""

    def __init__(self, name: str) -> None:
        title = f"the Lambda runtime {name}"
        super().__init__(f"{FOLDER}/{name}", "runtime-python.txt", title, download=18, room=60)
        self._version = name.removeprefix("python")

    def made_of(self) -> Sequence[bytes]:
        """Return what decides what the part holds."""
        return (*super().made_of(), self._version.encode(), START.read_bytes(), b"compiled")

    def make(self, site: Site) -> None:
        """Make the environment."""
        lock = LOCKS / self.lock
        try:
            make_environment(site, site.folder, lock, self.title, interpreters.find(self._version))
        except InstallError:
            if self._version != NEEDED:
                raise
            make_environment(site, site.folder, lock, self.title)
            site.report(f"  There is no Python {NEEDED} here: its functions run on {sys.version.split()[0]}")
        shutil.copy(START, packages(site.folder) / "bootstrap.py")
        # A function cannot write here: what is not compiled now, each cold start would compile anew.
        compiling = (site.folder / "bin" / "python", "-m", "compileall", "-q", packages(site.folder))
        site.run(compiling, f"{self.title} (compiling)", uv.environment())


class Python(Runtime):
    """One version of Python."""

    def part(self) -> PythonEnvironment:
        """Return its environment."""
        return _Part(self.name)

    def place(self, home: Path, task: Path, layers: Path) -> RuntimePaths:
        """Return where things are: AWS's /var/runtime is the environment's site-packages."""
        root = (home / FOLDER / self.name).resolve()
        return RuntimePaths(str(root), str(packages(root)), str(task), str(layers))

    def more(self, home: Path) -> list[Path]:
        """Return the interpreter's installation: an environment is but links to it."""
        program = home / FOLDER / self.name / "bin" / "python"
        return sorted({one.parent.parent for one in (program.readlink(), program.resolve())})

    def command(self, place: RuntimePaths, asked: ProcessConfiguration, there: RuntimePaths) -> list[str]:
        """Start AWS's client as `/var/runtime/bootstrap.py` does."""
        del there
        return [f"{place.language}/bin/python", "-s", f"{place.runtime}/bootstrap.py", asked.handler]

    def variables(self, place: RuntimePaths) -> dict[str, str]:
        """Return where modules are looked for; layers' come by the client."""
        return {"PYTHONPATH": place.runtime}


def packages(root: Path) -> Path:
    """Return the site-packages of an environment."""
    (found,) = root.glob("lib/python3.*/site-packages")
    return found
