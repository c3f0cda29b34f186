"""`whose`: for scripts that would start, stop or change an emulator."""

import os
from pathlib import Path

import click

from tailrace import endpoint
from tailrace.cli.console import say
from tailrace.compose import choice
from tailrace.control import Emulator, advice

OWN, STRANGER, NAMED = 0, 1, 3


@click.command()
def command() -> int:
    r"""Tell by the exit code whose emulator the settings mean; say so if it is not this project's own.

    \b
    0   this project's own: it runs, or would be started
    1   another one answers on this project's port, or the settings do not tell which is meant
    3   another one, which AWS_ENDPOINT_URL names
    """
    meant = endpoint.meant(os.environ, Path.cwd())
    if meant.own_port is None:
        return NAMED
    if meant.note:
        say(meant.note)
    who = choice.stranger(Emulator.from_environment(), Path.cwd())
    if who is None:
        return OWN
    if endpoint.local_port(os.environ.get(endpoint.URL, "").rstrip("/")) == meant.own_port:
        say(f"At {meant.url} answers {who}.")
        return NAMED
    say(
        f"On port {meant.own_port} answers {who}, not this project's own. To use it, set "
        f"{endpoint.URL}={meant.url}; to start one beside it: "
        f"{advice.start(meant.own_port + 1)}"
    )
    return STRANGER
