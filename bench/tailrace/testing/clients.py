"""Clients of an emulator, with dummy credentials: the user's own AWS configuration is ignored."""

import os
from contextlib import suppress
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tailrace.endpoint import REGION, authorities, direct, is_loopback
from tailrace.pointing import DUMMY_KEY

if TYPE_CHECKING:
    import boto3
    from botocore.loaders import Loader

PROFILE = Path(__file__).with_name("aws-profile")  # dummy credentials, in a profile `default`


class Aws:
    """Makes clients of one emulator: `aws("kinesis")`, with botocore's settings as options.

    `environ` is what makes any other program talk to it: the AWS CLI, an SDK, the code under test; it goes
    over the program's usual environment, of which no profile and no proxy leads it elsewhere then.

    >>> Aws("http://127.0.0.1:4566").environ["AWS_ENDPOINT_URL"]
    'http://127.0.0.1:4566'
    """

    def __init__(self, endpoint: str, region: str = REGION) -> None:
        self.endpoint, self.region = endpoint, region

    def __call__(self, service: str, **options: Any) -> Any:  # noqa: ANN401  boto3 makes its clients' types at run time
        """Return a client of a service; `options` are those of `botocore.config.Config`."""
        from botocore.config import Config  # noqa: PLC0415  boto3 is there only with the extra `testing`

        settings: dict[str, Any] = {
            "retries": {"mode": "standard", "total_max_attempts": 2},  # one that is not there will not come
            "s3": {"addressing_style": "path"},  # a bucket's name is no host name on an emulator
        }
        if is_loopback(self.endpoint):
            settings["proxies"] = {}  # what the environment says of proxies is not about this machine
        config = Config(**{**settings, **options})
        make: Any = self._session.client
        trusted = authorities(self.endpoint, os.environ) or None
        return make(
            service, region_name=self.region, endpoint_url=self.endpoint, config=config, verify=trusted
        )

    @property
    def environ(self) -> dict[str, str]:
        """Variables for other programs.

        A profile cannot be taken away by adding variables: they are given one that leads to the emulator.
        """
        trusted = authorities(self.endpoint, os.environ)
        return {
            **direct(self.endpoint, os.environ),
            **({"AWS_CA_BUNDLE": trusted, "NODE_EXTRA_CA_CERTS": trusted} if trusted else {}),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": DUMMY_KEY,
            "AWS_SECRET_ACCESS_KEY": DUMMY_KEY,
            "AWS_SESSION_TOKEN": "",
            "AWS_PROFILE": "default",
            "AWS_DEFAULT_PROFILE": "default",
            "AWS_CONFIG_FILE": str(PROFILE),
            "AWS_SHARED_CREDENTIALS_FILE": str(PROFILE),
        }

    @cached_property
    def _session(self) -> "boto3.Session":
        return isolated_session()


def isolated_session() -> "boto3.Session":
    """Return a session with dummy credentials; the user's profiles and files are ignored."""
    import boto3  # noqa: PLC0415  see above
    import botocore.session  # noqa: PLC0415  see above

    nothing = {"profile": None, "config_file": os.devnull, "credentials_file": os.devnull}
    core = botocore.session.Session(
        session_vars={name: (None, None, value, None) for name, value in nothing.items()}
    )
    loader = _services()
    core.register_component("data_loader", loader)
    core.set_credentials(DUMMY_KEY, DUMMY_KEY)
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
    session = boto3.Session(botocore_session=core)
    loader.search_paths[:] = dict.fromkeys(loader.search_paths)  # each session adds boto3's own folder
    return session


@cache
def _services() -> "Loader":
    """Return what knows the services; reading that anew is nine tenths of what a client takes."""
    from botocore.loaders import create_loader  # noqa: PLC0415  see above

    return create_loader()


def _moment(stamp: str | float) -> datetime:
    """Parse a time in an answer: in botocore's own way that is most of what a list of a stack's events takes.

    >>> _moment("2026-01-02T03:04:05.678Z").isoformat(), _moment(1767323045).timestamp()
    ('2026-01-02T03:04:05.678000+00:00', 1767323045.0)
    """
    if isinstance(stamp, str) and "-" in stamp:
        with suppress(ValueError):
            return datetime.fromisoformat(stamp)
    from botocore.utils import parse_timestamp  # noqa: PLC0415  see above

    return parse_timestamp(stamp)  # type: ignore[arg-type]  # a number too
