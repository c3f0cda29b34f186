"""Which uv makes the environments, and with what it is run."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from .errors import UvMissingError
from .programs import on_path, runs

OLDEST, NEWEST = (3, 12), (3, 14)  # Python of LocalStack: its lock was tried on each of them
LEAKING = (
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "PYTHONHOME",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "UV_SYSTEM_PYTHON",
)


def find_uv() -> str:
    """Return a uv that runs: the one of our environment, of the package `uv` beside us, or of the PATH.

    A version manager's shim that stands on the PATH but cannot run is passed over.
    """
    for candidate in _candidates():
        if runs(candidate):
            return candidate
    raise UvMissingError("There is no uv that runs. Install it (pip install uv), and try again.")


def python_request() -> str:
    """Return which Python uv shall take: ours if LocalStack runs on it, else any that is here."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    return f">={_text(OLDEST)},<={_text(NEWEST)}.99"


def _text(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


def environment() -> dict[str, str]:
    """Return the user's environment (mirrors and proxies are theirs), less what would mislead uv."""
    return {name: value for name, value in os.environ.items() if name not in LEAKING}


def _candidates() -> Iterator[str]:
    if (own := Path(sys.prefix) / "bin" / "uv").exists():
        yield str(own)
    with suppress(ImportError, FileNotFoundError):
        yield str(import_module("uv").find_uv_bin())
    yield from on_path("uv")
