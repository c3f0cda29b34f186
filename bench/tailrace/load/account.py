"""Clients of an account of AWS, with the user's own credentials: for a load run that a budget guards."""

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tailrace.endpoint import URL, EndpointError
from tailrace.testing.clients import Aws

if TYPE_CHECKING:
    import boto3


class Account:
    """Makes clients of AWS itself, as `Aws` does of an emulator; `endpoint` is empty."""

    endpoint = ""

    def __init__(self, region: str = "") -> None:
        self._wanted = region

    @classmethod
    def checked(cls, number: str) -> "Account":
        """Return the account of this number. Raises EndpointError where the credentials are another's."""
        if os.environ.get(URL):
            raise EndpointError(
                f"{URL} names an emulator, and --account means AWS itself: unset one of them."
            )
        account = cls()
        found = account("sts").get_caller_identity()["Account"]
        if found != number:
            raise EndpointError(f"The credentials belong to account {found}, not {number}.")
        return account

    @property
    def region(self) -> str:
        """The region that was named, or the one that AWS_REGION or the profile names."""
        found = self._wanted or os.environ.get("AWS_REGION") or self._session.region_name
        if not found:
            raise EndpointError("No region: set AWS_REGION.")
        return str(found)

    def __call__(self, service: str, **options: Any) -> Any:  # noqa: ANN401  boto3 makes its clients' types at run time
        """Return a client of a service; `options` are those of `botocore.config.Config`."""
        from botocore.config import Config  # noqa: PLC0415  as in `Aws`

        config = Config(**{"ignore_configured_endpoint_urls": True, **options})
        make: Any = self._session.client
        return make(service, region_name=self.region, config=config)

    @cached_property
    def _session(self) -> "boto3.Session":
        import boto3  # noqa: PLC0415  as in `Aws`

        return boto3.Session()


def clients(endpoint: str, region: str) -> Aws | Account:
    """Return what makes clients of an emulator, or of AWS where there is no endpoint."""
    return Aws(endpoint, region) if endpoint else Account(region)
