"""The emulator's door: HTTP/1.1, HTTP/2 and TLS on one port, and clients of every kind, good and bad."""

import http.client
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

import h2.settings
import pytest

from tests.fuzz.running import run
from tests.fuzz.target import secured
from tests.integration.door_rig import LARGE, PATIENCE, QUICK, Client, Rig, door, everything, until

pytestmark = pytest.mark.emulator_only
PATIENT = replace(QUICK, grace=PATIENCE, idle=PATIENCE, patience=PATIENCE, stall=PATIENCE)


@pytest.fixture
def rig() -> Iterator[Rig]:
    """Give a door of the test's own."""
    with door() as one:
        yield one


def test_one_connection_many_requests(rig: Rig) -> None:
    """A client of HTTP/1.1 keeps its connection, over plain text and TLS alike."""
    plain = http.client.HTTPConnection("localhost", rig.port)
    context = ssl.create_default_context()
    rig.authority.configure_trust(context)
    secure = http.client.HTTPSConnection("localhost", rig.port, context=context)
    for client, word in ((plain, "False"), (secure, "True")):
        for size in (0, 5, 150_000):
            client.request("POST", "/a", b"x" * size)
            assert client.getresponse().read().decode() == f"POST /a {size} {word}"
    until(lambda: rig.door.open == 2, "two connections")
    plain.close()
    secure.close()
    until(lambda: rig.door.open == 0, "all are gone")


def test_pipelined(rig: Rig) -> None:
    """Requests that were sent all at once are answered in their order, and the last one closes."""
    with rig.connect() as sock:
        requests = [b"GET /%d HTTP/1.1\r\nHost: localhost\r\n" % number for number in range(20)]
        sock.sendall(b"\r\n".join((*requests, b"")).replace(b"GET /19", b"GET /x") + b"\r\n")
        sock.sendall(b"GET /last HTTP/1.1\r\nConnection: close\r\n\r\n")
        answered = everything(sock)
    order = [line.split()[1] for line in answered.split(b"\r\n") if line.startswith(b"GET")]
    assert [place.partition(b"HTTP")[0] for place in order][-1] == b"/last"
    assert answered.count(b"HTTP/1.1 200 OK") == 21


def test_told_to_go_on(rig: Rig) -> None:
    """A client that waits for a word before it sends its body is told to go on."""
    with rig.connect() as sock:
        sock.sendall(b"PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"hi")
        assert sock.recv(1000).startswith(b"HTTP/1.1 200 OK\r\n")


def test_pieces_come_as_they_are_made(rig: Rig) -> None:
    """The head of a body in pieces does not wait for it, and a client that goes ends whatever makes it."""
    client = http.client.HTTPConnection("localhost", rig.port)
    client.request("GET", "/pieces?3")
    assert client.getresponse().read() == b"000000000011111111112222222222"
    rig.closed.clear()
    client.request("GET", "/pieces?100000")
    assert client.getresponse().read(10) == b"0000000000"
    client.close()
    assert rig.closed.wait(10)
    until(lambda: rig.door.open == 0, "the connection is gone")


@pytest.mark.parametrize("protocol", ["plain", "h2", "none"])
def test_http2(rig: Rig, protocol: str) -> None:
    """HTTP/2 is spoken in plain text by prior knowledge, and by TLS, agreed on or not: many at once."""
    sock = rig.connect() if protocol == "plain" else rig.connect_securely(*({protocol} - {"none"}))
    with sock:
        client = Client(sock)
        numbers = [client.ask(f"/{number}") for number in range(8)]
        upload = client.ask("/up", method="PUT", ends=False)
        client.h2.send_data(upload, b"x" * 5000)
        client.h2.send_data(upload, b"", end_stream=True)
        client.flush()
        client.listen(lambda: len(client.ended) == 9)
    secure = protocol != "plain"
    assert [client.bodies[number].decode() for number in numbers] == [
        f"GET /{n} 0 {secure}" for n in range(8)
    ]
    assert client.bodies[upload].decode() == f"PUT /up 5000 {secure}"
    assert set(client.status.values()) == {"200"}


def test_http1_by_tls_if_the_client_wants_it(rig: Rig) -> None:
    """A client that offers both gets HTTP/2, one that offers only HTTP/1.1 gets that."""
    with rig.connect_securely("h2", "http/1.1") as both, rig.connect_securely("http/1.1") as old:
        assert (both.selected_alpn_protocol(), old.selected_alpn_protocol()) == ("h2", "http/1.1")


def test_flow_control() -> None:
    """No more is sent than a client has room for; what waits does not keep others from being answered."""
    with door(replace(QUICK, stall=30.0)) as rig, rig.connect() as sock:
        client = Client(sock)
        client.takes = False
        large = client.ask("/large")
        client.listen(lambda: len(client.bodies.get(large, b"")) == 65_535)
        client.h2.increment_flow_control_window(1000)
        small = client.ask("/small")
        client.listen(lambda: small in client.ended)
        assert len(client.bodies[large]) == 65_535
        client.takes = True
        client.h2.increment_flow_control_window(2**20)
        client.h2.increment_flow_control_window(2**20, large)
        client.flush()
        client.listen(lambda: large in client.ended)
        assert len(client.bodies[large]) == LARGE


def test_goodbye_and_the_answer_all_the_same(rig: Rig) -> None:
    """A client that says goodbye right after its request has its answer to the end, piece by piece."""
    with rig.connect() as sock:
        client = Client(sock)
        number = client.ask("/pieces?20")
        sock.sendall(b"\0\0\x08\7\0\0\0\0\0\0\0\0\0\0\0\0\0")
        client.listen(lambda: number in client.ended)
        assert len(client.bodies[number]) == 200
        assert everything(sock) == b""


def test_an_answer_lost_or_cut(rig: Rig) -> None:
    """A fault that loses or cuts an answer ends the connection, whatever is under way, without a goodbye."""
    for path, said in ((b"/lost", b""), (b"/cut", b"a whole")):
        with rig.connect() as sock:
            sock.sendall(b"GET %b HTTP/1.1\r\n\r\n" % path)
            assert everything(sock).partition(b"\r\n\r\n")[2] == said
        with rig.connect() as sock:
            client = Client(sock)
            client.ask("/wait")
            number = client.ask(path.decode())
            client.listen(lambda: False)  # until the other side closes
            assert b"".join(client.bodies.values()) == said
            assert set(client.status) == ({number} if said else set())
            assert (client.ended, client.reset, client.goodbyes) == (set(), {}, [])


def test_a_request_taken_back(rig: Rig) -> None:
    """A stream that a client resets is made no longer, and the connection goes on."""
    with rig.connect() as sock:
        client = Client(sock)
        number = client.ask("/pieces?100000")
        client.listen(lambda: number in client.bodies)
        client.h2.reset_stream(number)
        client.flush()
        assert rig.closed.wait(10)
        other = client.ask("/other")
        client.listen(lambda: other in client.ended)


def test_as_many_streams_as_may_be(rig: Rig) -> None:
    """A client that begins a request whenever an answer ends is never refused one."""
    with rig.connect_securely("h2") as sock:
        client = Client(sock)
        client.listen(lambda: client.h2.remote_settings.max_concurrent_streams == 10)
        begun = [client.ask("/") for _ in range(10)]
        while len(begun) < 1000:
            client.listen(lambda: len(client.ended) + len(client.reset) > len(begun) - 10)
            free = 10 - len(begun) + len(client.ended) + len(client.reset)
            begun.extend(client.ask("/") for _ in range(free))
        client.listen(lambda: len(client.ended) + len(client.reset) == len(begun))
    assert client.reset == {}


def test_too_many_streams(rig: Rig) -> None:
    """Requests beyond the number at once are refused, also those that take each back at once."""
    with rig.connect() as sock:
        client = Client(sock)
        client.listen(lambda: client.h2.remote_settings.max_concurrent_streams == 10)
        waiting = [client.ask("/wait") for _ in range(10)]
        for number in waiting:
            client.h2.reset_stream(number)
        more = client.ask("/more")
        client.listen(lambda: more in client.reset)
        assert client.reset[more] == 7  # REFUSED_STREAM


@pytest.mark.parametrize(
    "headers",
    [[("origin", "https://evil.example")], [(":authority", "evil.example")], [("host", "evil.example")]],
)
def test_foreign_pages_by_http2(rig: Rig, headers: list[tuple[str, str]]) -> None:
    """Host and Origin are judged by HTTP/2 as by HTTP/1.1, whichever header names the host."""
    with rig.connect() as sock:
        client = Client(sock)
        number = client.ask("/", *headers)
        client.listen(lambda: number in client.ended)
    assert client.status[number] == "403"


@pytest.mark.parametrize(
    "line",
    [b"Origin: https://evil.example\r\n", b"Host: evil.example\r\n", b"Referer: http://evil.example/a\r\n"],
)
def test_foreign_pages_by_http1(rig: Rig, line: bytes) -> None:
    """A foreign page is refused before its body has come, and by a whole address too."""
    for target in (b"/", b"http://localhost/"):
        with rig.connect() as sock:
            sock.sendall(b"POST %b HTTP/1.1\r\n%bContent-Length: 100000\r\n\r\n" % (target, line))
            assert everything(sock).startswith(b"HTTP/1.1 403 Forbidden\r\n")
    with rig.connect() as sock:
        sock.sendall(b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert everything(sock).startswith(b"HTTP/1.1 403 Forbidden\r\n")


def test_web_socket(rig: Rig) -> None:
    """A request for a web socket gets the connection, with what came after it."""
    with rig.connect() as sock:
        sock.sendall(b"GET /s HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nabc")
        assert everything(sock) == b"/sabc"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: local", b"408"),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhi", b"408"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 1000, b"431"),
        (b"POST / HTTP/1.1\r\nContent-Length: 200001\r\n\r\n" + b"x" * 200_001, b"413"),
    ],
    ids=["a head that stops", "a body that stops", "nonsense", "a long head", "a long body"],
)
def test_bad_clients_are_told(rig: Rig, said: bytes, status: bytes) -> None:
    """What is malformed, too long or never ends is answered with an error, and the connection closed."""
    with rig.connect() as sock:
        sock.sendall(said)
        assert everything(sock).startswith(b"HTTP/1.1 " + status)
    until(lambda: rig.door.open == 0, "the connection is gone")


def test_bad_clients_are_told_by_http2(rig: Rig) -> None:
    """A body that is too long or never ends is answered with an error; a head that is too long ends all."""
    with rig.connect() as sock:
        client = Client(sock)
        client.listen(lambda: client.h2.outbound_flow_control_window > 2**20)
        long, slow, other = client.ask("/", ends=False), client.ask("/", ends=False), client.ask("/")
        for _ in range(13):
            client.h2.send_data(long, b"x" * 16_000)
        client.flush()
        client.listen(lambda: {long, slow, other} <= client.ended)
        assert [client.status[number] for number in (long, slow, other)] == ["413", "408", "200"]
        client.ask("/", ("x-long", "x" * 5000))
        assert everything(sock).endswith(b"\0\0\0\x05\0\0\0\x0b")  # GOAWAY: ENHANCE_YOUR_CALM
    until(lambda: rig.door.open == 0, "the connection is gone")


def test_slow_clients(rig: Rig) -> None:
    """Bytes that trickle keep no connection: a head's, a body's, TLS's, or none at all."""
    openings = (b"GET /", b"POST / HTTP/1.1\r\nContent-Length: 9999\r\n\r\n", b"\x16", b"")
    socks = [rig.connect() for _ in openings]
    for sock, opening in zip(socks, openings, strict=True):
        sock.sendall(opening)
    until(lambda: rig.door.open == 4, "all are in")

    def trickle() -> bool:
        for sock, opening in zip(socks, openings, strict=True):
            try:
                sock.send(b"x" if opening else b"")
            except OSError:
                continue
        return rig.door.open == 0

    until(trickle, "all are out")
    for sock in socks:
        sock.close()


def test_a_client_that_takes_nothing() -> None:
    """Who asks for much and reads none of it is let go, by HTTP/1.1, HTTP/2 and TLS."""
    target = "/large?20000000"
    with door(replace(QUICK, idle=PATIENCE, patience=PATIENCE)) as rig, ExitStack() as clients:
        plain = clients.enter_context(rig.connect())
        plain.sendall(b"GET %b HTTP/1.1\r\n\r\n" % target.encode())
        for connect in (rig.connect, partial(rig.connect_securely, "h2")):
            client = Client(clients.enter_context(connect()))
            client.h2.increment_flow_control_window(2**30)
            client.h2.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 2**30})
            client.ask(target)
        until(lambda: rig.asked == [target] * 3, "all have asked")
        until(lambda: rig.door.open == 0, "all are out")


def test_a_client_without_room(rig: Rig) -> None:
    """An answer for which a client makes no room is given up, and the connection goes on."""
    with rig.connect() as sock:
        client = Client(sock)
        client.takes = False
        large = client.ask("/large")
        client.listen(lambda: large in client.reset)
        assert (len(client.bodies[large]), client.reset[large]) == (65_535, 2)  # INTERNAL_ERROR
        client.h2.increment_flow_control_window(1000)
        small = client.ask("/small")
        client.listen(lambda: small in client.ended)


def test_too_many_connections(rig: Rig) -> None:
    """A connection beyond the number that is taken is told so, and there is room again when others go."""
    socks = [rig.connect() for _ in range(20)]
    until(lambda: rig.door.open == 20, "all are in")
    with rig.connect() as one_more:
        assert everything(one_more).startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    for sock in socks:
        sock.close()
    until(lambda: rig.door.open == 0, "all are out")
    with rig.connect() as again:
        again.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert everything(again).startswith(b"HTTP/1.1 200 OK\r\n")


def test_closing() -> None:
    """What is under way when the door closes has a moment to end; what is idle, or does not end, is cut."""
    with door() as rig, rig.connect() as idle, rig.connect() as endless, rig.connect() as quick:
        endless.sendall(b"GET /pieces?100000 HTTP/1.1\r\n\r\n")
        quick.sendall(b"GET /pieces?3 HTTP/1.1\r\n\r\n")
        assert quick.recv(12) == b"HTTP/1.1 200"
        until(lambda: rig.door.open == 3, "all are in")
        rig.door.close()
        assert everything(idle) == b""
        assert everything(quick).endswith(b"0\r\n\r\n")
        assert not everything(endless).endswith(b"0\r\n\r\n")


def test_goodbye_by_http2() -> None:
    """A client hears which requests will be answered, and they are; others it may send elsewhere."""
    with door(PATIENT) as rig, rig.connect() as sock, rig.connect_securely("h2") as far:
        idle, client = Client(far), Client(sock)
        asked = idle.ask("/")
        idle.listen(lambda: asked in idle.ended)
        half, waiting = client.ask("/half", method="POST", ends=False), client.ask("/wait")
        assert rig.waiting.wait(PATIENCE)
        with ThreadPoolExecutor() as pool:
            pool.submit(rig.door.close)
            idle.listen(lambda: False)  # until the other side closes
            client.listen(lambda: bool(client.goodbyes))
            late = client.ask("/late")
            client.listen(lambda: late in client.reset)
            rig.release.set()
            client.listen(lambda: False)
        assert (idle.goodbyes, client.goodbyes) == ([(asked, 0)], [(waiting, 0)])
        assert client.reset == {half: 7, late: 7}  # REFUSED_STREAM: nothing was done
        assert client.bodies == {waiting: b"GET /wait 0 False"}
        assert waiting in client.ended


def test_goodbye_by_http1() -> None:
    """The answer to what is under way over HTTP/1.1 says that the connection closes, and it does."""
    with door(PATIENT) as rig, rig.connect() as sock, rig.connect() as idle:
        until(lambda: rig.door.open == 2, "both are in")
        sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert b"Connection: close" not in sock.recv(65536)
        sock.sendall(b"GET /wait HTTP/1.1\r\n\r\nGET /after HTTP/1.1\r\n\r\n")
        assert rig.waiting.wait(PATIENCE)
        with ThreadPoolExecutor() as pool:
            pool.submit(rig.door.close)
            assert everything(idle) == b""  # so the door closes
            rig.release.set()
            said = everything(sock)
        assert b"\r\nConnection: close\r\n" in said
        assert said.endswith(b"GET /wait 0 False")


def test_mutated_requests() -> None:
    """Thousands of mutated conversations break nothing and leave nothing (a million: make fuzz)."""
    report = run(4000, 1, secured())
    assert report.failures == []
    assert report.ended["HTTP/1.1 200"] > 50
    assert report.ended["HTTP/2"] > 500
