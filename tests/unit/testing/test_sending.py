import pytest

from tailrace.testing.sending import Put, requests

pytestmark = pytest.mark.unit


def test_a_request_holds_500_entries() -> None:
    """Many small records are cut into requests of at most 500, in order."""
    puts = [Put(b"x", str(n)) for n in range(1201)]
    cut = list(requests(puts))
    assert [len(request) for request in cut] == [500, 500, 201]
    assert [put for request in cut for put in request] == puts


def test_a_request_holds_5_mb() -> None:
    """Large records are cut by size, and none is left out."""
    puts = [Put(b"x" * 1_000_000, str(n)) for n in range(12)]
    assert [len(request) for request in requests(puts)] == [5, 5, 2]
