"""What LocalStack runs as it starts: listen only where told, and load early what will be needed."""

import logging
import threading
from importlib import import_module
from typing import Any

from localstack import config
from localstack.runtime import hooks

from . import door, late, models, policies
from .services import NEEDED

LOG = logging.getLogger(__name__)


@hooks.on_infra_start()
def listen_where_told() -> None:
    """Make LocalStack listen on the host of GATEWAY_LISTEN; on IPv4 it heeds only the port."""
    reactor: Any = import_module("twisted.internet.reactor")  # slow to import, and untyped

    hosts = {at.port: at.host for at in config.GATEWAY_LISTEN}
    listen = reactor.listenTCP

    def listen_there(port: int, factory: object, backlog: int = 50, interface: str = "") -> object:
        return listen(port, factory, backlog, interface or hosts.get(port, ""))

    reactor.listenTCP = listen_there


@hooks.on_infra_start(priority=100)
def begin_lightly() -> None:
    """Parse botocore's data files once, and leave out what a pipeline does not use; before all others."""
    models.install()
    late.postpone()
    late.postpone_urls()
    door.install()
    aws: Any = import_module("localstack.utils.aws.aws_stack")
    # LocalStack would ask the network whether s3.127.0.0.1 leads to it, which may take 10 s to say no.
    aws.CACHE_S3_HOSTNAME_DNS_STATUS = False


@hooks.on_infra_start()
def load_services() -> None:
    """Load in the background what a pipeline needs, instead of one by one as each is first asked for."""
    threading.Thread(target=_load, name="tailrace-services", daemon=True).start()


def _load() -> None:
    from localstack.services.plugins import SERVICE_PLUGINS  # noqa: PLC0415  slow to import

    for name in NEEDED:
        try:
            if name == "iam":
                policies.install()
            SERVICE_PLUGINS.require(name)
        except Exception:
            LOG.exception("Service %s could not be loaded ahead; it is tried again when asked for", name)
