"""HTTP/1.1's rules: what is one request, what is none, and how an answer is written."""

from http import HTTPStatus

import pytest

from tailrace.door import http1
from tailrace.door.limits import Limits
from tailrace.door.request import NOWHERE, Body, HttpRequest, HttpResponse, RefusedError

pytestmark = pytest.mark.unit
LIMITS = Limits(head=1000, body=100, kept=50)


def parser(judge: list[str] | None = None) -> http1.Parser:
    """Return a parser that refuses the hosts named."""

    def judged(request: HttpRequest) -> None:
        if request.named.get("host") in (judge or []):
            raise RefusedError(HTTPStatus.FORBIDDEN, "Not you.")

    return http1.Parser(LIMITS, NOWHERE, judged)


def parsed(*pieces: bytes) -> list[tuple[str, str, bytes]]:
    """Return method, target and body of each request in these bytes."""
    one = parser()
    for piece in pieces:
        one.feed(piece)
    found = []
    while (request := one.next()) is not None:
        found.append((request.method, request.target, request.body.read()))
        request.body.close()
    return found


def refused(*pieces: bytes) -> HTTPStatus:
    """Return with which status these bytes are refused."""
    with pytest.raises(RefusedError) as error:
        parsed(*pieces)
    return error.value.status


def answered(
    answer: HttpResponse, request: bytes = b"GET / HTTP/1.1\r\n\r\n", *, keeps: bool = True
) -> list[str]:
    """Return the lines of an answer's head, without its date."""
    one = parser()
    one.feed(request)
    asked = one.next()
    assert asked is not None
    head, _ = http1.head(asked, answer, keeps=keeps)
    return [line for line in head.decode().split("\r\n") if line and not line.startswith("Date: ")]


def test_requests_one_after_the_other() -> None:
    """Requests that come together are told apart, whole ones before those under way."""
    first, second = b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi", b"GET /b HTTP/1.1\r\n\r\n"
    assert parsed(first + second + b"GET /c") == [("POST", "/a", b"hi"), ("GET", "/b", b"")]


def test_a_request_in_single_bytes() -> None:
    """However a request is cut, it is the same."""
    whole = (
        b"POST /a?x=%20 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;why=not\r\nhi\r\n0\r\nA: b\r\n\r\n"
    )
    assert parsed(*(whole[at : at + 1] for at in range(len(whole)))) == [("POST", "/a?x=%20", b"hi")]


def test_a_large_body_is_kept_in_a_file() -> None:
    """A body beyond what is kept in memory is whole all the same."""
    assert parsed(b"PUT / HTTP/1.1\r\nContent-Length: 80\r\n\r\n" + b"x" * 80) == [("PUT", "/", b"x" * 80)]


@pytest.mark.parametrize(
    "ambiguous",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi",
        b"POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\nhi",
        b"POST / HTTP/1.1\r\nContent-Length: +2\r\n\r\nhi",
        b"GET / HTTP/1.1\nHost: a\n\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET / HTTP/4.0\r\n\r\n",
        b"\x16\x03\x01\x00\x05hello",
        b"PRI * HTTP/2.0\r\n\r\nSN\r\n\r\n",
    ],
)
def test_what_is_no_request(ambiguous: bytes) -> None:
    """What two programs could read in two ways is refused."""
    assert refused(ambiguous) == 400


def test_too_much() -> None:
    """Heads, bodies, trailers and chunks' extensions have a length at most, said in advance or not."""
    assert refused(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200) == 431
    assert refused(b"GET /" + b"a" * 1000) == 431
    assert refused(b"\r\n" * 600) == 431
    assert refused(b"POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n" + b"x" * 101) == 413
    chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert refused(chunked, b"32\r\n" + b"x" * 50 + b"\r\n", b"33\r\n" + b"x" * 51) == 413
    assert refused(chunked, b"1;" + b"e" * 1100) == 431
    assert refused(chunked, b"0\r\n", b"A: b\r\n" * 200) == 431


def test_no_proxy() -> None:
    """CONNECT is refused, in words."""
    assert refused(b"CONNECT example.com:443 HTTP/1.1\r\n\r\n") == 405


def test_who_may_not_come_in_is_told_before_the_body() -> None:
    """A request is judged as soon as its head is there."""
    with pytest.raises(RefusedError, match="Not you"):
        parser(["evil"]).feed(b"POST / HTTP/1.1\r\nHost: evil\r\nContent-Length: 50\r\n\r\n")


def test_a_wish_for_another_protocol_is_passed_over() -> None:
    """A request that offers HTTP/2 is answered by HTTP/1.1, with its body; so are many such in one piece."""
    one = b"POST / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nhi"
    assert parsed(one * 500) == [("POST", "/", b"hi")] * 500


def test_a_web_socket() -> None:
    """What comes after a request for a web socket is no HTTP."""
    one = parser()
    one.feed(b"GET /s HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x00")
    request = one.next()
    assert request is not None
    assert (request.socket, one.rest) == (True, b"\x81\x00")


def test_a_client_that_waits_for_a_word() -> None:
    """Who sends `Expect: 100-continue` is told to go on once, if its body has not come."""
    one = parser()
    one.feed(b"PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    before = one.holds_back
    one.note_continue()
    assert (before, one.holds_back) == (True, False)
    at_once = parser()
    at_once.feed(b"PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nh")
    assert not at_once.holds_back


def test_an_answer() -> None:
    """A whole body's length is said, whatever the headers say, and nothing of the hop is passed on."""
    headers = [("X-A", "b"), ("Content-Length", "99"), ("Transfer-Encoding", "chunked"), ("Connection", "x")]
    assert answered(HttpResponse(200, headers, b"hi")) == ["HTTP/1.1 200 OK", "X-A: b", "Content-Length: 2"]


def test_an_answer_to_head() -> None:
    """HEAD is answered with the length that GET's body would have."""
    lines = answered(HttpResponse(200, [("Content-Length", "99")], b""), b"HEAD / HTTP/1.1\r\n\r\n")
    assert lines == ["HTTP/1.1 200 OK", "Content-Length: 99"]


def test_an_answer_in_pieces() -> None:
    """A body that comes in pieces is chunked for HTTP/1.1, and ends the connection for HTTP/1.0."""

    class Pieces(list[bytes]):
        def close(self) -> None:
            """Nothing is open."""

    answer = HttpResponse(200, [], Pieces())
    old = HttpRequest("GET", "/", "1.0", [], Body(LIMITS))
    assert answered(answer) == ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"]
    assert not http1.is_delimited(old, answer)


def test_the_last_answer() -> None:
    """An answer after which nothing follows says so."""
    assert answered(HttpResponse(204, [], b""), keeps=False) == [
        "HTTP/1.1 204 No Content",
        "Connection: close",
    ]


def test_no_line_breaks_in_an_answers_headers() -> None:
    """A header with a line break in it would be two: such an answer is not sent."""
    with pytest.raises(ValueError, match="line break"):
        answered(HttpResponse(200, [("X-A", "b\r\nSet-Cookie: c")], b""))


def test_what_wsgi_is_told() -> None:
    """LocalStack is told of a request as by any server, with the names of headers in their own case."""
    one = parser()
    one.feed(
        b"GET http://Bucket.localhost:4566/a%20b?c=d HTTP/1.1\r\nhost: localhost:4566\r\n"
        b"X-Amz-Meta-A: 1\r\nx-amz-meta-a: 2\r\n\r\n"
    )
    request = one.next()
    assert request is not None
    environ = request.environ()
    asked = ("PATH_INFO", "QUERY_STRING", "RAW_URI", "HTTP_X_AMZ_META_A", "SERVER_NAME", "SERVER_PROTOCOL")
    assert [environ[name] for name in asked] == [
        "/a b", "c=d", "http://Bucket.localhost:4566/a%20b?c=d", "1,2", "localhost", "HTTP/1.1",
    ]  # fmt: skip
    assert request.headers[1:] == [("X-Amz-Meta-A", "1"), ("x-amz-meta-a", "2")]
    assert request.hosts == ["localhost:4566", "Bucket.localhost:4566"]
