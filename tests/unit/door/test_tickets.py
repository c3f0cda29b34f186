"""Which requests may take a short way, and what their tickets say."""

import ast
from pathlib import Path

import pytest

from tailrace.door import tickets
from tailrace.door.limits import Limits
from tailrace.door.request import Body, HttpRequest

pytestmark = pytest.mark.unit
BENCH = Path(__file__).resolve().parents[3] / "bench" / "tailrace"
SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260102/eu-west-1/dynamodb/aws4_request, Signature=00"
PUT = {"X-Amz-Target": "DynamoDB_20120810.PutItem", "Authorization": SIGNED}


def asked(headers: dict[str, str], method: str = "POST", target: str = "/") -> HttpRequest:
    """Return a request."""
    return HttpRequest(method, target, "1.1", list(headers.items()), Body(Limits()))


def test_a_ticket_says_who_asks_what() -> None:
    """The target names service and operation, the signature key, day and region."""
    request = asked(PUT)
    ticket = ("dynamodb", "PutItem", "test", "20260102", "eu-west-1", True)
    assert tickets.issue(request) == (request, *ticket)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Amz-Target": "DynamoDBStreams_20120810.GetRecords"},
        {"X-Amz-Target": "Kinesis_20131202.PutRecord"},
        {"X-Amz-Target": "DynamoDB_20120810"},
        {"Authorization": "Bearer abc"},
        {"Authorization": SIGNED.replace("dynamodb", "kinesis")},
    ],
    ids=["another service", "not the one that is signed for", "no operation", "not signed", "for another"],
)
def test_what_gets_no_ticket(headers: dict[str, str]) -> None:
    """What is not signed for the service that its target names is for LocalStack to look into."""
    assert tickets.issue(asked(PUT | headers)) is None


def test_only_posts_to_the_root() -> None:
    """A target on another path, or by another method, is no call of a JSON service."""
    assert tickets.issue(asked(PUT, method="GET")) is None
    assert tickets.issue(asked(PUT, target="/queue")) is None


@pytest.mark.parametrize(
    "header", [{"Origin": "http://localhost"}, {"x-localstack-data": "{}"}, {"Content-Encoding": "gzip"}]
)
def test_what_is_unusual(header: dict[str, str]) -> None:
    """A browser's request, LocalStack's own and a packed one have a ticket that says so."""
    ticket = tickets.issue(asked(PUT | header))
    assert ticket is not None
    assert not ticket.plain


def test_tickets_are_issued_in_one_place() -> None:
    """Nobody makes a ticket but `tickets.issue`, and only the ways ask for one, after the faults."""
    makers, askers = set(), set()
    for path in BENCH.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "Ticket" in text or "issue" in text else ():
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if name.rpartition(".")[2] == "Ticket":
                makers.add(path.relative_to(BENCH).as_posix())
            if name in {"issue", "tickets.issue"}:
                askers.add(path.relative_to(BENCH).as_posix())
    assert (makers, askers) == ({"door/tickets.py"}, {"door/ways.py"})
