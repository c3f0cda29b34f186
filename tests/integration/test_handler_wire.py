"""How the handler's requests go out: a server that behaves as scripted, and botocore's clients before it."""

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import pytest
import trustme
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.session import get_session

from handler.once import wire

pytestmark = pytest.mark.emulator_only

PATIENCE = 20.0
type Act = Literal["answer", "refuse", "end", "cut", "half", "silence"]
TABLES, ERROR = '{"TableNames":[]}', '{"__type":"ThrottlingException"}'
HEAD = "Content-Type: application/x-amz-json-1.0\r\nContent-Length: {}\r\n"
ANSWERS: dict[Act, str] = {
    "answer": f"HTTP/1.1 200 OK\r\n{HEAD.format(len(TABLES))}\r\n{TABLES}",
    "end": f"HTTP/1.1 200 OK\r\n{HEAD.format(len(TABLES))}Connection: close\r\n\r\n{TABLES}",
    "refuse": f"HTTP/1.1 400 Bad Request\r\n{HEAD.format(len(ERROR))}\r\n{ERROR}",
    "half": f"HTTP/1.1 200 OK\r\n{HEAD.format(len(TABLES))}\r\n{TABLES[:5]}",
    "cut": "",
    "silence": "",
}


class Server:
    """Answers the requests of each connection by its acts, and ends the connection after the last."""

    def __init__(self, *connections: Sequence[Act], context: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.ended = [threading.Event() for _ in connections]
        self._connections, self._context = connections, context
        self._thread = threading.Thread(target=self._serve)
        self._silent = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self.listener.getsockname()
        return f"{'https' if self._context else 'http'}://{host}:{port}"

    def _serve(self) -> None:
        for acts, ended in zip(self._connections, self.ended, strict=True):
            with suppress(ssl.SSLError), closing(self._accepted()) as connection:
                for act in acts:
                    self.requests.append(connection.recv(65_536))  # a small request is one write
                    connection.sendall(ANSWERS[act].encode())
                    if act == "silence":
                        self._silent.wait(PATIENCE)
            ended.set()

    def _accepted(self) -> socket.socket:
        connection = self.listener.accept()[0]
        connection.settimeout(PATIENCE)
        return self._context.wrap_socket(connection, server_side=True) if self._context else connection

    @contextmanager
    def running(self) -> Iterator["Server"]:
        """Serve; in the end all connections must have come."""
        self._thread.start()
        try:
            yield self
        finally:
            self._silent.set()
            self._thread.join(PATIENCE)
            self.listener.close()


@contextmanager
def client(url: str, attempts: int = 1, authorities: Path | None = None) -> Iterator[Any]:
    """Give a client of DynamoDB that sends as the handler's do."""
    core = get_session()
    core.set_credentials("AKIDEXAMPLE", "secret")
    if authorities:
        core.set_config_variable("ca_bundle", str(authorities))
    kept = wire.register(core, 0.2, 0.5 if attempts == 1 else PATIENCE)
    config = Config(retries={"mode": "standard", "total_max_attempts": attempts})
    with (
        closing(kept),
        closing(core.create_client("dynamodb", "eu-central-1", endpoint_url=url, config=config)) as made,
    ):
        yield made


def test_one_connection_and_one_write_for_each_request() -> None:
    """Calls share a connection; each is signed, and goes out in one piece, with its length."""
    with Server(["answer", "answer", "answer"]).running() as server, client(server.url) as dynamodb:
        for _ in range(3):
            assert dynamodb.list_tables()["TableNames"] == []
    for request in server.requests:
        head, _, body = request.partition(b"\r\n\r\n")
        assert head.startswith(b"POST / HTTP/1.1\r\nHost: 127.0.0.1:")
        assert b"X-Amz-Target: DynamoDB_20120810.ListTables" in head
        assert b"Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/" in head
        assert b"Content-Length: 2" in head
        assert body == b"{}"


@pytest.mark.parametrize("first", ["answer", "end"])
def test_a_connection_that_has_ended_is_made_again(first: Act) -> None:
    """Where the server has ended a connection, the next call opens another, without a failed attempt."""
    with Server([first], ["answer"]).running() as server, client(server.url) as dynamodb:
        dynamodb.list_tables()
        assert server.ended[0].wait(PATIENCE)
        answer = dynamodb.list_tables()
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.parametrize("act", ["cut", "half"])
def test_a_lost_answer_is_asked_for_again(act: Act) -> None:
    """A connection that breaks before the whole answer is botocore's to repeat, over another one."""
    with Server([act], ["answer"]).running() as server, client(server.url, attempts=2) as dynamodb:
        answer = dynamodb.list_tables()
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1


@pytest.mark.parametrize(
    ("act", "error"),
    [("cut", ConnectionClosedError), ("half", ConnectionClosedError), ("silence", ReadTimeoutError)],
)
def test_failures_are_botocores_own(act: Act, error: type[Exception]) -> None:
    """What goes wrong is raised as botocore itself would, so that its rules for repeating hold."""
    with Server([act]).running() as server, client(server.url) as dynamodb, pytest.raises(error):
        dynamodb.list_tables()


def test_an_error_of_the_service() -> None:
    """An answer that is an error is read by botocore; the connection stays."""
    with Server(["refuse", "answer"]).running() as server, client(server.url) as dynamodb:
        with pytest.raises(ClientError, match="ThrottlingException"):
            dynamodb.list_tables()
        dynamodb.list_tables()


def test_nobody_there() -> None:
    """Where nothing listens, the error names the endpoint."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        client(f"http://127.0.0.1:{port}") as dynamodb,
        pytest.raises(EndpointConnectionError, match=f"127.0.0.1:{port}"),
    ):
        dynamodb.list_tables()


def test_nobody_accepts() -> None:
    """A server whose queue is full is a timeout of the connection."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):  # more than its queue takes
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        dynamodb = stack.enter_context(client(f"http://127.0.0.1:{listener.getsockname()[1]}"))
        with pytest.raises(ConnectTimeoutError):
            dynamodb.list_tables()


def test_tls(tmp_path: Path) -> None:
    """Over TLS a connection is kept as well; a certificate that the session does not trust is refused."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(trusted := tmp_path / "ca.pem"))
    with Server(["answer", "answer"], ["answer"], context=context).running() as server:
        with client(server.url, authorities=trusted) as dynamodb:
            dynamodb.list_tables()
            dynamodb.list_tables()
        with client(server.url) as dynamodb, pytest.raises(SSLError):
            dynamodb.list_tables()


def test_a_proxy_is_left_to_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a proxy is set, the request goes through it as botocore sends it; not to a host of NO_PROXY."""
    with Server(["answer"], ["answer"]).running() as server:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        for url in ("http://dynamodb.example", server.url):
            with client(url) as dynamodb:
                dynamodb.list_tables()
    assert server.requests[0].startswith(b"POST http://dynamodb.example/ HTTP/1.1\r\n")
    assert server.requests[1].startswith(b"POST / HTTP/1.1\r\n")
