"""Which Lambda runtimes are installed: one folder each under TAILRACE_HOME/runtimes."""

import os
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Runtime(NamedTuple):
    """An installed runtime: a Python environment with awslambdaric and boto3."""

    name: str
    root: Path

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.root / "bin" / "python"

    @property
    def packages(self) -> Path:
        """Where awslambdaric and boto3 are: what /var/runtime is on AWS."""
        return self.root / "lib" / self.name / "site-packages"

    @property
    def shown_version(self) -> str:
        """As INIT_START shows it; AWS's own are numbered from v1, so v0 is none of them."""
        return f"{self.name.replace('python', 'python:')}.v0"


@cache
def installed() -> dict[str, Runtime]:
    """By the name that a function asks for."""
    folder = Path(os.environ["TAILRACE_HOME"]) / "runtimes"
    found = sorted(path for path in folder.iterdir() if (path / "bin" / "python").exists())
    return {path.name: Runtime(path.name, path.resolve()) for path in found}
