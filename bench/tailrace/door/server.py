"""The door as LocalStack's server: listens where GATEWAY_LISTEN says, with LocalStack's gateway inside."""

import ssl
from collections.abc import Iterable
from functools import partial
from typing import Any

from localstack import config
from localstack.runtime.server.core import RuntimeServer
from rolo.websocket import WebSocketRequest

from . import browsers
from .gateway import Gateway
from .inside import Inside
from .judge import judged
from .limits import Limits
from .listening import Listener


class Server(RuntimeServer):
    """What LocalStack registers its gateway at, runs in its main thread, and shuts down."""

    _door: Listener

    def register(
        self,
        gateway: Any,  # noqa: ANN401  LocalStack's
        listen: Iterable[Any],
        ssl_creds: tuple[str, str] | None = None,
    ) -> None:
        """Listen for the gateway, on each host and port, with and without TLS on the same port."""
        judge = partial(
            judged,
            browsers.Allowed.by(
                listens=[at.host for at in config.GATEWAY_LISTEN], origins=config.EXTRA_CORS_ALLOWED_ORIGINS
            ),
        )
        speak = partial(_speak, WebSocketRequest.listener(gateway.accept))
        inside = Inside(Gateway(gateway).answer, speak, judge, Limits())
        self._door = Listener([(at.host, at.port) for at in listen], inside, _context(ssl_creds))

    def run(self) -> None:
        """Serve until `shutdown`."""
        self._door.run()

    def shutdown(self) -> None:
        """Let nobody in any more."""
        self._door.close()


def _speak(*spoken: Any) -> None:  # noqa: ANN401  see there
    """Speak on a web socket; what that needs is imported then."""
    from . import sockets  # noqa: PLC0415  no start waits for it

    sockets.speak(*spoken)


def _context(credentials: tuple[str, str] | None) -> ssl.SSLContext | None:
    """Return how TLS is spoken: with a certificate and its key, and HTTP/2 if the client knows it."""
    if credentials is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*credentials)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context
