"""One run of the tests: its id, its folder, and the settings that it obeys."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tailrace.testing.emulators import RunEmulators

ROOT = Path(__file__).resolve().parents[2]
STACKS = "tailrace-test"
"""What the names of the tests' stacks on an account begin with."""

# Settings that choose where the tests run, and with which handler. Everything else of Tailrace's and AWS's is
# taken from the environment of each test: no test reads what the developer has set.
OBEYED = (
    "TARGET",
    "AWS_ENDPOINT_URL",
    "HANDLER",
    "EMULATOR",
    "EMULATOR_PORT",
    "EMULATOR_HOME",
    "EMULATOR_IMAGE",
    "EMULATOR_OFFLINE",
    "AWS_ACCOUNT_ID",
    "AWS_REGION",
)
ACCOUNT_ONLY = re.compile(r"AWS_(?!ENDPOINT_URL)\w+")  # credentials and the like, with TARGET=aws only


@dataclass(frozen=True)
class Run:
    """A run, the same in every worker. `folder` says what it started, so that it can be ended.

    `emulators` are those that it starts; they end with it, however it ends.
    """

    id: str
    folder: Path
    environ: Mapping[str, str]
    emulators: RunEmulators = field(repr=False, compare=False)

    @classmethod
    def begin(cls, emulators: RunEmulators) -> "Run":
        """Begin a run of a new id, with the settings of this process's environment."""
        return cls.join(secrets.token_hex(3), emulators.made(), emulators)

    @classmethod
    def join(cls, run_id: str, folder: Path, emulators: RunEmulators) -> "Run":
        """Take part in a run that another process began."""
        return cls(run_id, folder, obeyed(os.environ), replace(emulators, place=ROOT))

    @property
    def on_aws(self) -> bool:
        """Tell whether this run is on an account."""
        return self.environ.get("TARGET") == "aws"

    @property
    def handler(self) -> Mapping[str, str]:
        """Return the setting that names the handler's folder, if one was given."""
        return {name: value for name, value in self.environ.items() if name == "HANDLER"}

    def stack_name(self, purpose: str) -> str:
        """Name a stack of this run; every name that the run makes begins with `prefix`."""
        return f"{self.prefix}-{purpose}"

    @property
    def prefix(self) -> str:
        """What the names of all stacks of this run begin with, and no other's."""
        return f"{STACKS}-{self.id}" if self.on_aws else f"t-{self.id}"


def obeyed(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that say where the tests run; on AWS also the credentials.

    >>> obeyed({"EMULATOR_PORT": "4600", "AWS_PROFILE": "mine", "STACK": "mine"})
    {'EMULATOR_PORT': '4600'}
    """
    named = {name: environ[name] for name in OBEYED if environ.get(name)}
    if named.get("TARGET") == "aws":
        named |= {name: value for name, value in environ.items() if ACCOUNT_ONLY.fullmatch(name) and value}
    return named


def naming(endpoint: str | None) -> dict[str, str]:
    """Return settings that name this emulator, whatever EMULATOR_PORT the run was given; none if None."""
    return {} if endpoint is None else {"AWS_ENDPOINT_URL": endpoint, "EMULATOR_PORT": ""}


def without_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without anything that AWS's tools or Tailrace would take for a setting.

    >>> without_settings({"AWS_PROFILE": "mine", "STACK": "mine", "HOME": "/home/me"})
    {'HOME': '/home/me'}
    """
    from bootstrap.settings import SETTINGS  # noqa: PLC0415  settings only: importing tests needs no project

    return {
        name: value
        for name, value in environ.items()
        if not name.startswith(("AWS_", "BOTO_")) and name not in SETTINGS
    }
