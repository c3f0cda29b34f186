"""`env`: lines for `eval "$(make -s env)"`, after which aws, boto3 and any SDK talk to the target."""

import os
import shlex

from bootstrap.console import say
from bootstrap.settings import SETTINGS
from bootstrap.target import DUMMY_KEY, Target

# What would lead an SDK elsewhere, or past the dummy credentials.
_IN_THE_WAY = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")


def lines(target: Target) -> list[str]:
    """Return shell commands that point every SDK to the target."""
    region = [_export("AWS_REGION", target.region), _export("AWS_DEFAULT_REGION", target.region)]
    if target.endpoint is None:
        return ["unset AWS_ENDPOINT_URL", *region]
    return [
        f"unset {' '.join(_IN_THE_WAY)}",
        _export("AWS_ENDPOINT_URL", target.endpoint),
        _export("AWS_ACCESS_KEY_ID", DUMMY_KEY),
        _export("AWS_SECRET_ACCESS_KEY", DUMMY_KEY),
        *region,
    ]


def _export(name: str, value: str) -> str:
    return f"export {name}={shlex.quote(value)}"


def run() -> int:
    """Print the lines; return the exit code."""
    # The endpoint that these very lines have set is no reason to refuse the account that is asked for now.
    aws = SETTINGS["TARGET"].read(os.environ) == "aws"
    environ = {name: value for name, value in os.environ.items() if not (aws and name == "AWS_ENDPOINT_URL")}
    for line in lines(Target.from_environment(environ)):
        say(line)
    return 0
