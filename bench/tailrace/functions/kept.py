"""Settings of a function that are kept without effect here: stored, read back as given, listed. Pure.

They change neither what a function sees nor what becomes of an event. With TAILRACE_STRICT=1 a request that
asks for one of them is refused.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

STRICT = "TAILRACE_STRICT"

PROVISIONED = "ProvisionedConcurrency"

type Request = Mapping[str, Any]


class Kept(NamedTuple):
    """A setting: how it is called, what asking for it looks like, what it would do on AWS."""

    setting: str
    asked: Callable[[Request], object]
    on_aws: str


TABLE = (
    Kept(
        "VpcConfig",
        lambda request: (request.get("VpcConfig") or {}).get("SubnetIds"),
        "network interfaces in a VPC; here functions share this machine's network",
    ),
    Kept(
        "KMSKeyArn",
        lambda request: request.get("KMSKeyArn"),
        "a key for variables at rest; here they are in memory",
    ),
    Kept(
        "SnapStart",
        lambda request: (request.get("SnapStart") or {}).get("ApplyOn") == "PublishedVersions",
        "environments from a snapshot; here each begins by itself",
    ),
    Kept(
        PROVISIONED,
        lambda request: request.get("ProvisionedConcurrentExecutions"),
        "environments made ready ahead; here each is made by the first event that needs it",
    ),
    Kept(
        "Architectures",
        lambda request: "arm64" in (request.get("Architectures") or ()),
        "Graviton; here code runs on this machine's processor, and native parts for another are refused",
    ),
)


def kept(request: Request) -> list[str]:
    """Name the settings of a request, or of a function's configuration, that have no effect here."""
    return [one.setting for one in TABLE if one.asked(request)]


def strict_refusal(request: Request) -> str | None:
    """Say what TAILRACE_STRICT=1 refuses in a request, and why."""
    for one in TABLE:
        if one.asked(request):
            return (
                f"{one.setting}: kept without effect by this emulator ({one.on_aws}); {STRICT}=1 refuses it."
            )
    return None
