"""Commands that are suggested to the user: quoted for a shell, and for the same stack as this one."""

import shlex
from collections.abc import Mapping

from bootstrap.settings import SETTINGS

_WHICH = (
    "TARGET",
    "AWS_ACCOUNT_ID",
    "AWS_REGION",
    "AWS_ENDPOINT_URL",
    "EMULATOR_HOME",
    "EMULATOR_PORT",
    "STACK",
)
"""The settings that say which pipeline is meant: the next command needs them too."""


def which(environ: Mapping[str, str]) -> dict[str, str]:
    """Return those of these settings that are not what they are by default."""
    values = {name: SETTINGS[name].read(environ) for name in _WHICH}
    return {name: value for name, value in values.items() if value != SETTINGS[name].default}


def command(target: str, environ: Mapping[str, str], **settings: str) -> str:
    """Return `make target` with these settings, and with those that say which pipeline is meant.

    >>> command("produce", {"STACK": "mine"}, SOURCE="two words.jsonl")
    "make produce SOURCE='two words.jsonl' STACK=mine"
    """
    given = {**settings, **which(environ)}
    return " ".join([f"make {target}", *(f"{name}={shlex.quote(value)}" for name, value in given.items())])
