from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.functions.runtime_api import PAYLOAD_LIMIT, InvocationEvent, RequestReader, next_event

pytestmark = pytest.mark.unit

NEXT = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: 127.0.0.1:9001\r\n\r\n"
ANSWER = (
    b"POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n"
    b"Content-Type: application/json\r\nContent-Length: 8\r\n\r\n"
    b'{"a": 1}'
)


@given(st.lists(st.integers(0, len(NEXT + ANSWER + NEXT)), max_size=8))
def test_requests_are_read_however_their_bytes_arrive(cuts: list[int]) -> None:
    """Three requests are the same three, whatever pieces they come in."""
    data, reader, requests = NEXT + ANSWER + NEXT, RequestReader(), []
    edges = [0, *sorted(cuts), len(data)]
    for start, end in pairwise(edges):
        requests += reader.feed(data[start:end])
    assert [(r.action, r.body) for r in requests] == [
        (("next", ""), b""),
        (("response", "id-1"), b'{"a": 1}'),
        (("next", ""), b""),
    ]


def test_a_runtime_may_ask_in_the_same_words_each_time() -> None:
    """Each question is a question, between answers too, and another one is not taken for it."""
    reader = RequestReader()
    said = [reader.feed(data) for data in (NEXT, ANSWER, NEXT, NEXT, NEXT.replace(b"next", b"what"))]
    assert [[request.action[0] for request in requests] for requests in said] == [
        ["next"],
        ["response"],
        ["next"],
        ["next"],
        [""],
    ]
    assert (reader.feed(ANSWER[:-1]), reader.feed(NEXT)[0].body) == ([], b'{"a": 1G')


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("/2018-06-01/runtime/invocation/next", ("next", "")),
        ("/2018-06-01/runtime/invocation/7/response", ("response", "7")),
        ("/2018-06-01/runtime/invocation/7/error", ("error", "7")),
        ("/2018-06-01/runtime/init/error", ("init/error", "")),
        ("/2018-06-01/runtime/restore/next", ("", "")),
        ("/", ("", "")),
    ],
)
def test_a_path_says_what_is_asked_for(path: str, action: tuple[str, str]) -> None:
    """The four calls of the Runtime API are told apart; anything else is unknown."""
    (request,) = RequestReader().feed(f"GET {path} HTTP/1.1\r\n\r\n".encode())
    assert request.action == action


def test_a_chunked_body_is_put_together() -> None:
    """A body in chunks is the same body, and the next request follows it."""
    head = b"POST /2018-06-01/runtime/invocation/7/response HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked, following = RequestReader().feed(head + b"3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n" + NEXT)
    assert (chunked.body, chunked.size) == (b"[1,2]", 5)
    assert following.action == ("next", "")


def test_what_stands_after_the_last_chunk_are_headers() -> None:
    """A streamed answer says there that it ended in an error; it may come in pieces."""
    head = b"POST /2018-06-01/runtime/invocation/7/response HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    reader = RequestReader()
    assert reader.feed(head + b"2\r\n[1\r\n0\r\nLambda-Runtime-Function-Error-Type: Own\r") == []
    streamed, following = reader.feed(b"\n\r\n" + NEXT)
    assert (streamed.body, streamed.headers["lambda-runtime-function-error-type"]) == (b"[1", "Own")
    assert following.action == ("next", "")


def test_the_largest_answer_is_kept_whole() -> None:
    """6,291,556 bytes are an answer; one more is only counted."""
    head = "POST /2018-06-01/runtime/invocation/7/response HTTP/1.1\r\nContent-Length: {}\r\n\r\n"
    (fits,) = RequestReader().feed(head.format(PAYLOAD_LIMIT).encode() + b"x" * PAYLOAD_LIMIT)
    (too_large,) = RequestReader().feed(head.format(PAYLOAD_LIMIT + 1).encode() + b"x" * (PAYLOAD_LIMIT + 1))
    assert (len(fits.body), fits.size) == (6_291_556, 6_291_556)
    assert (too_large.body, too_large.size) == (b"", 6_291_557)


def test_a_client_that_waits_to_send_its_body_is_noticed() -> None:
    """Expect: 100-continue is seen before the body is there, and forgotten after it."""
    reader = RequestReader()
    head = (
        b"POST /2018-06-01/runtime/init/error HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    )
    assert reader.feed(head) == []
    assert reader.wants_continue
    (request,) = reader.feed(b"{}")
    assert (request.action, request.body, reader.wants_continue) == (("init/error", ""), b"{}", False)


def test_an_event_carries_lambdas_headers() -> None:
    """The runtime learns id, deadline in milliseconds, ARN and trace, then gets the event."""
    arn = "arn:aws:lambda:us-east-1:000000000000:function:f"
    event = InvocationEvent(b'{"a":1}', "id-1", arn, "Root=1-a-b", '{"custom":{}}')
    assert next_event(event, 1_700_000_000.5) == (
        b"HTTP/1.1 200 OK\r\n"
        b"Content-Type: application/json\r\n"
        b"Lambda-Runtime-Aws-Request-Id: id-1\r\n"
        b"Lambda-Runtime-Deadline-Ms: 1700000000500\r\n"
        b"Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:f\r\n"
        b"Lambda-Runtime-Trace-Id: Root=1-a-b\r\n"
        b'Lambda-Runtime-Client-Context: {"custom":{}}\r\n'
        b"Content-Length: 7\r\n\r\n"
        b'{"a":1}'
    )
