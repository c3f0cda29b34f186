"""`env`: lines for `eval "$(make -s env)"`, after which aws, boto3 and any SDK talk to the target."""

import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from bootstrap.console import complain, say
from bootstrap.settings import SETTINGS
from bootstrap.target import DUMMY_KEY, Target
from tailrace.endpoint import PORT, URL, direct, meant

# What would lead an SDK elsewhere, or past the dummy credentials.
_IN_THE_WAY = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)
OLD_CLI = (
    f'AWS CLI 1 ignores {URL} for sqs and goes to AWS: add --endpoint-url "${URL}" there, or take AWS CLI 2.'
)


def lines(target: Target, environ: Mapping[str, str]) -> Iterator[str]:
    """Give shell commands that point every SDK to the target, in a shell with this environment."""
    services = sorted(name for name in environ if name.startswith(f"{URL}_"))
    if target.endpoint is None:
        yield f"unset {' '.join((URL, *services))}"
    else:
        yield f"unset {' '.join((*_IN_THE_WAY, *services))}"
        yield _export(URL, target.endpoint)
        yield _export("AWS_ACCESS_KEY_ID", DUMMY_KEY)
        yield _export("AWS_SECRET_ACCESS_KEY", DUMMY_KEY)
        yield from (_export(*pair) for pair in direct(target.endpoint, environ).items())
    yield _export("AWS_REGION", target.region)
    yield _export("AWS_DEFAULT_REGION", target.region)


def _export(name: str, value: str) -> str:
    return f"export {name}={shlex.quote(value)}"


def has_old_cli(path: str | None) -> bool:
    """Tell whether the `aws` of a PATH is AWS CLI 1, by the package beside it (not behind a shim)."""
    found = shutil.which("aws", path=path)
    libraries = Path(found).resolve().parent.parent / "lib" if found else Path(os.devnull)
    return any(libraries.glob("python*/*-packages/awscli-1.*"))


def run() -> int:
    """Print the lines; return the exit code."""
    environ = dict(os.environ)
    if SETTINGS["TARGET"].read(environ) == "aws" or environ.get(PORT):
        environ.pop(URL, None)  # these very lines may have set it, for what was asked for before
    target = Target.from_environment(environ)
    for line in lines(target, os.environ):
        say(line)
    if target.emulated:
        own = meant(environ, Path.cwd()).own_port
        say(f"export {PORT}={own}" if own else f"unset {PORT}")
        say(f"# {OLD_CLI}")
        if has_old_cli(environ.get("PATH")):
            complain(OLD_CLI)
    return 0
