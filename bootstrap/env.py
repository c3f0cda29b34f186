"""`env`: lines for `eval "$(make -s env)"`, after which aws, boto3 and any SDK talk to the target."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from bootstrap.console import complain, say
from bootstrap.settings import SETTINGS
from bootstrap.target import Target
from tailrace.cli.env import certificate, has_old_cli
from tailrace.endpoint import PORT, URL, meant
from tailrace.pointing import OLD_CLI, Emulated, export, own_port, shell


def lines(target: Target, environ: Mapping[str, str], certificate: str = "") -> Iterator[str]:
    """Give shell commands that point every SDK to the target, in a shell with this environment.

    `certificate` is the file of an emulator's certificate.
    """
    if target.endpoint:
        yield from shell(Emulated(target.endpoint, target.region, certificate=certificate), environ)
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
    own = meant(environ, Path.cwd()).own_port if target.endpoint else None
    for line in lines(target, os.environ, certificate(own)):
        say(line)
    if target.endpoint:
        say(own_port(Emulated(target.endpoint, target.region, own)))
        say(f"# {OLD_CLI}")
        if has_old_cli(environ.get("PATH")):
            complain(OLD_CLI)
    return 0
