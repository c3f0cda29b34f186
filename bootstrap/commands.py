"""Commands that are suggested to the user: quoted for a shell, and for the same stack as this one."""

import re
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


_WHOSE_CODE = ("HANDLER",)
"""Which handler is meant, for the commands that run or deploy one."""
_WITH_CODE = {"up", "try", "test"}
_WRITTEN = re.compile(r"`make ([a-z-]+)([^`]*)`")


def which(environ: Mapping[str, str], target: str = "") -> dict[str, str]:
    """Return those of the settings that a target needs and that are not what they are by default."""
    names = (*_WHICH, *(_WHOSE_CODE if target in _WITH_CODE else ()))
    values = {name: SETTINGS[name].read(environ) for name in names}
    given = {name: value for name, value in values.items() if value != SETTINGS[name].default}
    if f":{given.get('EMULATOR_PORT', '')}" not in given.get("AWS_ENDPOINT_URL", ""):
        given.pop("AWS_ENDPOINT_URL", None)  # of another emulator: the port goes before it
    return given


def command(target: str, environ: Mapping[str, str], **settings: str) -> str:
    """Return `make target` with these settings, and with those that say which pipeline is meant.

    >>> command("produce", {"STACK": "mine"}, SOURCE="two words.jsonl")
    "make produce SOURCE='two words.jsonl' STACK=mine"
    """
    given = {**settings, **which(environ, target.split(maxsplit=1)[0])}
    return " ".join([f"make {target}", *(f"{name}={shlex.quote(value)}" for name, value in given.items())])


def addressed(text: str, environ: Mapping[str, str]) -> str:
    """Return a message, with those settings behind each `make …` between backticks.

    >>> addressed("There is no stack mine: `make up` deploys it.", {"STACK": "mine"})
    'There is no stack mine: `make up STACK=mine` deploys it.'
    """

    def with_settings(found: re.Match[str]) -> str:
        return f"`{command(found[1] + found[2], environ)}`"

    return _WRITTEN.sub(with_settings, text)
