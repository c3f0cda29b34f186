"""`env`: lines for `eval "$(make -s env)"`, after which aws, boto3 and any SDK talk to the target."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from bootstrap.console import complain, say
from bootstrap.settings import SETTINGS
from bootstrap.target import Target
from tailrace.cli.env import has_old_cli
from tailrace.endpoint import PORT, URL, meant
from tailrace.pointing import OLD_CLI, Emulated, export, own_port, shell


def lines(target: Target, environ: Mapping[str, str]) -> Iterator[str]:
    """Give shell commands that point every SDK to the target, in a shell with this environment."""
    if target.endpoint:
        yield from shell(Emulated(target.endpoint, target.region), environ)
        return
    services = sorted(name for name in environ if name.startswith(f"{URL}_"))
    yield f"unset {' '.join((URL, *services))}"
    yield export("AWS_REGION", target.region)
    yield export("AWS_DEFAULT_REGION", target.region)


def run() -> int:
    """Print the lines; return the exit code."""
    environ = dict(os.environ)
    if SETTINGS["TARGET"].read(environ) == "aws" or environ.get(PORT):
        environ.pop(URL, None)  # these very lines may have set it, for what was asked for before
    target = Target.from_environment(environ)
    for line in lines(target, os.environ):
        say(line)
    if target.endpoint:
        say(own_port(Emulated(target.endpoint, target.region, meant(environ, Path.cwd()).own_port)))
        say(f"# {OLD_CLI}")
        if has_old_cli(environ.get("PATH")):
            complain(OLD_CLI)
    return 0
