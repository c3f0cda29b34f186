"""Which command a message names: `make`'s in a checkout of the reference pipeline, or else `tailrace`'s.

Each carries the settings that say which emulator is meant, so that it can be pasted as it stands.
"""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from tailrace.endpoint import DEFAULT_HOME, DEFAULT_PORT, HOME, PORT

CHECKOUT = Path(__file__).resolve().parents[3]


def here(make: str, otherwise: str) -> str:
    """Return what is said in a checkout of the pipeline, or elsewhere."""
    folder = Path.cwd().resolve()
    return make if folder == CHECKOUT and (folder / "bench").is_dir() else otherwise


def which(environ: Mapping[str, str], port: int | None = None) -> str:
    """Return the settings that stand before a command: of the emulator's port, and of its installation.

    >>> which({"EMULATOR_PORT": "4599", "EMULATOR_HOME": "/two words"})
    "EMULATOR_PORT=4599 EMULATOR_HOME='/two words' "
    >>> which({"EMULATOR_PORT": "4599"}, 4566)
    ''
    """
    values = {
        PORT: environ.get(PORT, "") if port is None else str(port),
        HOME: environ.get(HOME, ""),
    }
    usual = {"", str(DEFAULT_PORT), DEFAULT_HOME}
    return "".join(f"{name}={shlex.quote(value)} " for name, value in values.items() if value not in usual)


def command(make: str, tailrace: str, port: int | None = None) -> str:
    """Return the one to run from here, for the emulator in use or for that on a port."""
    return which(os.environ, port) + here(make, tailrace)


def again(*words: str) -> str:
    """Return a `tailrace` command, for the emulator in use.

    >>> again("put", "STREAM", "two words.jsonl")
    "tailrace put STREAM 'two words.jsonl'"
    """
    return which(os.environ) + shlex.join(["tailrace", *words])


def start(port: int | None = None) -> str:
    """Return the command that starts this project's emulator."""
    return command("make up", "tailrace up", port)


def trust(url: str) -> str:
    """Say why an address is not trusted, and what to set."""
    return (
        f"The certificate of {url} is not trusted: set TAILRACE_CERTIFICATE to the file that `tailrace env` "
        "names in the emulator's own project (for another machine's: AWS_CA_BUNDLE)."
    )


def install() -> str:
    """Return the command that installs what is missing."""
    return command("make up", "tailrace install")


def doctor() -> str:
    """Return the command that looks at what is in the way."""
    return command("make doctor", "tailrace doctor")


def stop(port: int) -> str:
    """Return the command that stops this project's emulator on a port."""
    return command("make down", "tailrace down", port)
