"""Which AWS we talk to: an emulator, or an account. The one place that makes clients.

`AWS_ENDPOINT_URL` is the whole switch. With TARGET=localstack every client goes to the endpoint, with dummy
credentials, and reads nothing of the user's own AWS configuration. With TARGET=aws no endpoint may be set,
and the credentials must belong to the very account that `AWS_ACCOUNT_ID` names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, overload

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bootstrap.errors import TargetError
from bootstrap.settings import SETTINGS
from tailrace.endpoint import EndpointError, authorities, is_loopback, meant
from tailrace.testing.clients import isolated_session

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_events import EventBridgeClient
    from types_boto3_iam import IAMClient
    from types_boto3_kinesis import KinesisClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_s3 import S3Client
    from types_boto3_sns import SNSClient
    from types_boto3_sqs import SQSClient
    from types_boto3_sts import STSClient

EMULATED_ACCOUNT = "000000000000"
_ENDPOINT = "AWS_ENDPOINT_URL"


@dataclass(frozen=True)
class Target:
    """An AWS to talk to. `endpoint` is None for the real one; `account` is twelve digits.

    `authorities` is a file of certificates to trust instead of the usual ones, or None.

    >>> Target.from_environment({"EMULATOR_PORT": "4600"}).endpoint
    'http://127.0.0.1:4600'
    """

    name: Literal["localstack", "aws"]
    region: str
    account: str
    endpoint: str | None
    session: boto3.Session = field(repr=False, compare=False)
    authorities: str | None = None
    _made: dict[str, object] = field(default_factory=dict, init=False, repr=False, compare=False)
    _making: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Target":
        """Choose the target that the settings name; with TARGET=aws ask AWS whose credentials these are.

        Raises `SettingError` for a value that cannot be, `TargetError` for an endpoint, credentials or an
        account that do not fit the target.
        """
        if SETTINGS["TARGET"].read(environ) == "aws":
            return _account(environ)
        SETTINGS["EMULATOR_PORT"].read(environ)
        SETTINGS[_ENDPOINT].read(environ)
        try:
            endpoint = meant(environ, Path.cwd()).url
        except EndpointError as undecided:
            raise TargetError(str(undecided)) from None
        return cls(
            name="localstack",
            region=region(environ) or SETTINGS["AWS_REGION"].default,
            account=EMULATED_ACCOUNT,
            endpoint=endpoint,
            session=isolated_session(),
            authorities=authorities(endpoint, environ) or None,
        )

    @property
    def emulated(self) -> bool:
        """Tell whether an emulator is meant: nothing costs anything, and waiting is short."""
        return self.name == "localstack"

    @overload
    def client(self, service: Literal["cloudformation"], **options: object) -> "CloudFormationClient": ...
    @overload
    def client(self, service: Literal["cloudwatch"], **options: object) -> "CloudWatchClient": ...
    @overload
    def client(self, service: Literal["dynamodb"], **options: object) -> "DynamoDBClient": ...
    @overload
    def client(self, service: Literal["events"], **options: object) -> "EventBridgeClient": ...
    @overload
    def client(self, service: Literal["iam"], **options: object) -> "IAMClient": ...
    @overload
    def client(self, service: Literal["kinesis"], **options: object) -> "KinesisClient": ...
    @overload
    def client(self, service: Literal["lambda"], **options: object) -> "LambdaClient": ...
    @overload
    def client(self, service: Literal["logs"], **options: object) -> "CloudWatchLogsClient": ...
    @overload
    def client(self, service: Literal["s3"], **options: object) -> "S3Client": ...
    @overload
    def client(self, service: Literal["sns"], **options: object) -> "SNSClient": ...
    @overload
    def client(self, service: Literal["sqs"], **options: object) -> "SQSClient": ...
    @overload
    def client(self, service: Literal["sts"], **options: object) -> "STSClient": ...
    def client(self, service: str, **options: object) -> object:
        """Return a client of one service; with `options` (`botocore.config.Config`'s) a new one each time."""
        if not options and service in self._made:
            return self._made[service]
        where = {"region_name": self.region, "endpoint_url": self.endpoint, "verify": self.authorities}
        config = Config(**{**_botocore(self.endpoint), **options})
        with self._making:  # a session makes one client at a time; the clients themselves may be shared
            made: object = self.session.client(service, config=config, **where)  # type: ignore[call-overload]
        return made if options else self._made.setdefault(service, made)

    def prepare(self, services: Iterable[str]) -> None:
        """Make clients before they are needed; nothing is asked of anybody."""
        make: Any = self.client  # each name is one of its overloads
        for service in services:
            make(service)


def _botocore(endpoint: str | None) -> dict[str, Any]:
    """Return how botocore is set up for an endpoint; None is AWS's own."""
    settings: dict[str, Any] = {"ignore_configured_endpoint_urls": True, "retries": {"mode": "standard"}}
    if endpoint:
        settings["retries"]["total_max_attempts"] = 2  # an emulator that is not there will not come
        settings["s3"] = {"addressing_style": "path"}  # a bucket's name is no host name on an emulator
        if is_loopback(endpoint):
            settings["proxies"] = {}  # what the environment says of proxies is not about this machine
    return settings


def region(environ: Mapping[str, str]) -> str:
    """Return the region that the settings name, empty if none does."""
    named = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
    return SETTINGS["AWS_REGION"].read({"AWS_REGION": named}) if named else ""


def _account(environ: Mapping[str, str]) -> Target:
    """Return the account that the credentials belong to, if it is the one that is meant."""
    named = endpoints(environ)
    if named:
        raise TargetError(f"TARGET=aws, and {named[0]} is set: unset it, or the requests would go there.")
    wanted = SETTINGS["AWS_ACCOUNT_ID"].read(environ)
    if not wanted:
        raise TargetError(
            "TARGET=aws needs AWS_ACCOUNT_ID: set it to the account that you mean (twelve digits)."
        )
    session = session_of(environ)
    where = region(environ) or session.region_name
    if not where:
        raise TargetError("TARGET=aws needs a region: set AWS_REGION.")
    target = Target("aws", where, wanted, None, session, environ.get("AWS_CA_BUNDLE") or None)
    found = caller(target)
    if found != wanted:
        raise TargetError(
            f"The credentials belong to account {found}, AWS_ACCOUNT_ID says {wanted}: change one of them."
        )
    return target


def endpoints(environ: Mapping[str, str]) -> list[str]:
    """Return the settings that would lead requests elsewhere than to AWS."""
    return [name for name, value in environ.items() if name.startswith(_ENDPOINT) and value]


def session_of(environ: Mapping[str, str]) -> boto3.Session:
    """Return a session with the user's own credentials."""
    return boto3.Session(
        profile_name=environ.get("AWS_PROFILE") or None,
        aws_access_key_id=environ.get("AWS_ACCESS_KEY_ID") or None,
        aws_secret_access_key=environ.get("AWS_SECRET_ACCESS_KEY") or None,
        aws_session_token=environ.get("AWS_SESSION_TOKEN") or None,
    )


def caller(target: Target) -> str:
    """Ask AWS which account the target's credentials belong to."""
    try:
        if target.session.get_credentials() is None:
            raise TargetError(
                "TARGET=aws needs credentials: `aws configure`, `aws sso login`, or AWS_PROFILE."
            )
        return target.client("sts").get_caller_identity()["Account"]
    except ClientError as error:
        raise TargetError(f"AWS does not take these credentials: renew them. ({error})") from error
    except BotoCoreError as error:
        raise TargetError(f"AWS could not be asked whose credentials these are: {error}") from error
