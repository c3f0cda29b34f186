"""`env`: what makes other programs talk to the emulator."""

import os
import shutil
from pathlib import Path

import click

from tailrace import endpoint
from tailrace.cli.console import answer, say
from tailrace.compose.choice import reachable
from tailrace.control import Emulator, Installation, processes
from tailrace.control.certificate import given
from tailrace.pointing import FORMATS, OLD_CLI, Emulated


@click.command()
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="shell", show_default=True, help="For whom."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def command(form: str, *, as_json: bool) -> None:
    r"""Print what makes the AWS CLI, an SDK or a deployer talk to the emulator.

    \b
    shell       eval "$(tailrace env)"; sam and cdk the same, with what they need besides
    dotenv      tailrace env --format dotenv > .env
    serverless  a part of serverless.yml
    terraform   tailrace env --format terraform > tailrace_override.tf
    """
    to = emulated()
    for line in FORMATS["json" if as_json else form](to, os.environ):
        answer(line)
    if form in {"shell", "sam"} and not as_json and has_old_cli(os.environ.get("PATH")):
        say(OLD_CLI)


def emulated() -> Emulated:
    """Return the emulator that the settings mean.

    EMULATOR_PORT goes before AWS_ENDPOINT_URL, which this very command may have set before.
    """
    environ = dict(os.environ)
    if environ.get(endpoint.PORT):
        environ.pop(endpoint.URL, None)
    meant = endpoint.meant(environ, Path.cwd())
    region = endpoint.region(environ)
    return Emulated(meant.url, region, meant.own_port, certificate(meant.own_port))


def certificate(own_port: int | None) -> str:
    """Return the certificate's file of this project's own emulator, if it runs; or nothing.

    That of one in Docker is copied out of its container, into the folder of the emulator's port.
    """
    if own_port is None:
        return ""
    emulator = Emulator(Installation.from_environment(), own_port)
    if emulator.process() is not None:
        file = emulator.installation.certificate
        return str(file) if file.exists() else ""
    answers = processes.taken(endpoint.HOST, own_port)
    container = reachable(own_port, Path.cwd(), os.environ) if answers else None
    text = container.certificate() if container else ""
    if not text:
        return ""
    file = given(emulator.folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="ascii")
    return str(file)


def has_old_cli(path: str | None) -> bool:
    """Tell whether the `aws` of a PATH is AWS CLI 1, by the package beside it (not behind a shim)."""
    found = shutil.which("aws", path=path)
    libraries = Path(found).resolve().parent.parent / "lib" if found else Path(os.devnull)
    return any(libraries.glob("python*/*-packages/awscli-1.*"))
