"""What makes other programs talk to an emulator: SDKs, and those that deploy. Pure.

Every SDK since 2024, the AWS CLI 2, SAM, CDK and osls 4 obey AWS_ENDPOINT_URL. Terraform's provider
and Serverless 3 have words of their own, which stand in files of the project.
"""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from tailrace.endpoint import CERTIFICATE, PORT, URL, direct

DUMMY_KEY = "test"  # any will do; a key of twelve digits would choose another account of the emulator
IN_THE_WAY = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)
"""What would lead an SDK elsewhere, or past the dummy credentials."""
ENDPOINTS = (
    "cloudformation", "cloudwatch", "dynamodb", "events", "firehose", "iam", "kinesis", "kms", "lambda",
    "logs", "s3", "sns", "sqs", "sts",
)  # fmt: skip
"""Services of the emulator, as Terraform's provider names them."""
OLD_CLI = (
    f'AWS CLI 1 ignores {URL} for sqs and goes to AWS: add --endpoint-url "${URL}" there, or take AWS CLI 2.'
)


class Emulated(NamedTuple):
    """An emulator that is to be talked to; `own_port` is None where it is somebody else's.

    `certificate` is the file of its certificate, empty where that is not known.
    """

    url: str
    region: str
    own_port: int | None = None
    certificate: str = ""


def variables(to: Emulated, environ: Mapping[str, str]) -> dict[str, str]:
    """Return what has to be set in an environment like this one."""
    return {
        URL: to.url,
        "AWS_ACCESS_KEY_ID": DUMMY_KEY,
        "AWS_SECRET_ACCESS_KEY": DUMMY_KEY,
        **direct(to.url, environ),
        "AWS_REGION": to.region,
        "AWS_DEFAULT_REGION": to.region,
        **({CERTIFICATE: to.certificate} if to.certificate else {}),
    }


def unwanted(environ: Mapping[str, str]) -> list[str]:
    """Return what must not be set beside it."""
    return [*IN_THE_WAY, *sorted(name for name in environ if name.startswith(f"{URL}_"))]


def shell(to: Emulated, environ: Mapping[str, str]) -> Iterator[str]:
    """Give lines for `eval`, in a shell with this environment."""
    yield f"unset {' '.join(unwanted(environ))}"
    yield from (export(*pair) for pair in variables(to, environ).items())


def export(name: str, value: str) -> str:
    """Return a shell's line that sets a variable."""
    return f"export {name}={shlex.quote(value)}"


def own_port(to: Emulated) -> str:
    """Return the line by which later commands know their own emulator again."""
    return f"unset {PORT}" if to.own_port is None else f"export {PORT}={to.own_port}"


def _evaluated(to: Emulated, environ: Mapping[str, str]) -> Iterator[str]:
    yield from shell(to, environ)
    yield own_port(to)
    yield f"# {OLD_CLI}"


def _dotenv(to: Emulated, environ: Mapping[str, str]) -> Iterator[str]:
    yield from (f"{name}={value}" for name, value in variables(to, environ).items())
    yield f"# {', '.join(unwanted(environ))}: leave them out."


def _sam(to: Emulated, environ: Mapping[str, str]) -> Iterator[str]:
    yield from _evaluated(to, environ)
    yield export("SAM_CLI_TELEMETRY", "0")
    yield "# sam build"
    yield (
        "# sam deploy --stack-name NAME --resolve-s3 --capabilities CAPABILITY_IAM "
        "--no-confirm-changeset --no-progressbar"
    )


def _cdk(to: Emulated, environ: Mapping[str, str]) -> Iterator[str]:
    yield from _evaluated(to, environ)
    yield export("CDK_DEFAULT_ACCOUNT", "000000000000")
    yield export("CDK_DEFAULT_REGION", to.region)
    yield export("CDK_DISABLE_CLI_TELEMETRY", "1")
    yield f"# npx cdk bootstrap aws://000000000000/{to.region}    (once, and after each tailrace reset)"
    yield "# npx cdk deploy --require-approval never"


def _serverless(to: Emulated, environ: Mapping[str, str]) -> Iterator[str]:
    host, _, port = to.url.rpartition(":")
    yield f"# In the shell: {_EVAL}"
    yield "# Serverless 4 and osls 4 need no more. Serverless 3 and osls 3 need this part of serverless.yml:"
    yield "# npm install --save-dev serverless-localstack"
    yield "plugins:"
    yield "  - serverless-localstack"
    yield "custom:"
    yield "  localstack:"
    yield f"    host: {host}"
    yield f"    edgePort: {port}"
    yield "    autostart: false"
    for name in sorted(direct(to.url, environ)):
        yield f"# The shell needs {name}, too: a proxy is set there."


def _terraform(to: Emulated, environ: Mapping[str, str]) -> Iterator[str]:
    yield "# tailrace_override.tf: goes over the project's own provider, and stays out of the repository."
    yield 'provider "aws" {'
    yield f"  region                      = {_quoted(to.region)}"
    yield f"  access_key                  = {_quoted(DUMMY_KEY)}"
    yield f"  secret_key                  = {_quoted(DUMMY_KEY)}"
    yield "  skip_credentials_validation = true"
    yield "  skip_metadata_api_check     = true"
    yield "  skip_requesting_account_id  = true"
    yield "  s3_use_path_style           = true"
    yield "  endpoints {"
    width = max(map(len, ENDPOINTS))
    yield from (f"    {name:<{width}} = {_quoted(to.url)}" for name in ENDPOINTS)
    yield "  }"
    yield "}"
    for name in sorted(direct(to.url, environ)):
        yield f"# The shell needs {name}, too: a proxy is set there. {_EVAL}"


def _json(to: Emulated, environ: Mapping[str, str]) -> Iterator[str]:
    known = {"endpoint": to.url, "region": to.region, "own": to.own_port is not None}
    yield json.dumps({**known, "set": variables(to, environ), "unset": unwanted(environ)}, indent=2)


def _quoted(value: str) -> str:
    return json.dumps(value)


_EVAL = 'eval "$(tailrace env)"'
FORMATS: Mapping[str, Callable[[Emulated, Mapping[str, str]], Iterator[str]]] = {
    "shell": _evaluated,
    "dotenv": _dotenv,
    "sam": _sam,
    "cdk": _cdk,
    "serverless": _serverless,
    "terraform": _terraform,
    "json": _json,
}
"""By name, what gives the lines that are printed for it."""
