"""LocalStack's HTTP server, with a door of our own: who may come in, and short ways past LocalStack.

It listens where it is told: LocalStack's own heeds only the port on IPv4, and listens to the whole network.
"""

from collections.abc import Iterable
from http import HTTPStatus
from importlib import import_module
from typing import TYPE_CHECKING, Any

from localstack import config
from localstack.aws.serving.twisted import TLSMultiplexerFactory
from localstack.runtime.server.twisted import TwistedRuntimeServer
from rolo.gateway.wsgi import WsgiGateway
from rolo.serving.twisted import (
    HeaderPreservingHTTPChannel,
    HeaderPreservingWSGIResource,
    HeaderPreservingWSGIResponse,
    TwistedRequestAdapter,
    WebsocketResourceDecorator,
)
from rolo.websocket import WebSocketRequest
from twisted.internet import reactor as _reactor
from twisted.internet import ssl
from twisted.internet.threads import blockingCallFromThread
from twisted.web.server import NOT_DONE_YET, Site

from tailrace.faults.rules import RULES
from tailrace.startup import browsers, door

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_REACTOR: Any = _reactor
HANG_UP = "tailrace.hang_up"
"""In a request's environment: ends its connection, after what was sent of the answer so far."""


_Whole: Any = door.whole(HeaderPreservingWSGIResponse)


class Response(_Whole):
    """An answer, which may end before it is whole."""

    def __init__(self, *of: Any) -> None:  # noqa: ANN401  Twisted's
        super().__init__(*of)
        self.environ[HANG_UP] = self.hang_up

    def hang_up(self) -> None:
        """End the connection; called by the thread that makes the answer."""

        def ended() -> Any:  # noqa: ANN401  Twisted's
            gone = self.request.notifyFinish().addErrback(lambda _: None)
            self.request.channel.loseConnection()
            return gone

        blockingCallFromThread(_REACTOR, ended)


class Server(TwistedRuntimeServer):
    """LocalStack's server, listening on the hosts of GATEWAY_LISTEN, with our site behind it."""

    def register(
        self, gateway: object, listen: Iterable[Any], ssl_creds: tuple[str, str] | None = None
    ) -> None:
        """Listen for the gateway, on each host and port, with and without TLS on the same port."""
        factory: Any = Gateway(gateway)
        if ssl_creds:
            certificate, key = ssl_creds
            context = ssl.DefaultOpenSSLContextFactory(key, certificate)
            context.getContext().use_certificate_chain_file(certificate)
            factory = TLSMultiplexerFactory(context, False, factory)
        for at in listen:
            _REACTOR.listenTCP(at.port, factory, interface=at.host)


class Gateway(Site):
    """The site: every request goes to the door; no access log is written, LocalStack has its own."""

    def __init__(self, gateway: Any) -> None:  # noqa: ANN401  LocalStack's
        requests = Requests(_REACTOR, _REACTOR.getThreadPool(), Application(gateway))
        sockets = WebSocketRequest.listener(gateway.accept)
        super().__init__(resource=Door(requests, sockets), requestFactory=TwistedRequestAdapter)
        self.protocol = HeaderPreservingHTTPChannel.protocol_factory

    def log(self, request: object) -> None:
        """Write nothing: the line would go nowhere."""


class Door(WebsocketResourceDecorator):
    """Lets requests and web sockets in, but for a foreign page's in the user's browser."""

    def render(self, request: Any) -> object:  # noqa: ANN401  Twisted's
        """Answer a request, or refuse it with a sentence."""
        header = request.getHeader
        sentence = browsers.refusal(
            header("host") or "",
            browsers.Page(header("origin") or "", header("referer") or "", header("sec-fetch-site") or ""),
            ALLOWED,
        )
        if sentence is None:
            return super().render(request)
        request.setResponseCode(HTTPStatus.FORBIDDEN)
        request.setHeader("content-type", "text/plain; charset=utf-8")
        return f"{sentence}\n".encode()


class Requests(HeaderPreservingWSGIResource):
    """Hands requests to the application, and its answers to Twisted."""

    def render(self, request: object) -> object:
        """Begin to answer, in a thread."""
        Response(self._reactor, self._threadpool, self._application, request).start()
        return NOT_DONE_YET


class Application(WsgiGateway):
    """LocalStack's gateway, and short ways past it."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request, but for the faults that were asked for."""
        if RULES:  # loaded when there are any
            asked: Any = import_module("tailrace.faults.door")
            answered: Iterable[bytes] = asked.serve(environ, start_response, self._served)
            return answered
        return self._served(environ, start_response)

    def _served(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request by a short way, if one takes it, or let LocalStack do so."""
        if "HTTP_X_AMZ_TARGET" not in environ:
            return self._usual(environ, start_response)
        mends = [mend for rewrite in door.REWRITES if (mend := rewrite(environ))]
        for way in door.SHORT_WAYS:
            answer = way(environ)
            if answer is not None:
                return _sent(door.mended(answer.status, answer.headers, answer.body, mends), start_response)
        if not mends:
            return self._usual(environ, start_response)
        begun: list[tuple[int, list[tuple[str, str]]]] = []

        def begin(status: str, headers: list[tuple[str, str]], *_: object) -> Any:  # noqa: ANN401  WSGI's
            begun.append((int(status.split(maxsplit=1)[0]), headers))

        body = b"".join(self._usual(environ, begin))
        return _sent(door.mended(*begun[0], body, mends), start_response)

    def _usual(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        rest: Iterable[bytes] = super().__call__(environ, start_response)
        return rest


def _sent(answer: door.Answer, start_response: "StartResponse") -> Iterable[bytes]:
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", answer.headers)
    return [answer.body]


ALLOWED = browsers.Allowed.by(
    listens=[at.host for at in config.GATEWAY_LISTEN], origins=config.EXTRA_CORS_ALLOWED_ORIGINS
)
