import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.visitors import Pseudonyms, Sessions

pytestmark = pytest.mark.unit


def test_pseudonyms_depend_on_key_kind_and_parts() -> None:
    """The same key, kind and parts give the same digits; each of them changed gives others."""
    one = Pseudonyms(b"key")
    assert one.of("visitor", "192.0.2.1") == Pseudonyms(b"key").of("visitor", "192.0.2.1")
    others = [
        Pseudonyms(b"another").of("visitor", "192.0.2.1"),
        one.of("line", "192.0.2.1"),
        one.of("visitor", "192.0.2.2"),
        one.of("visitor", "192.0.2.", "1"),
        one.of("visitor", "192.0.2.1"),
    ]
    assert len(set(others)) == 5


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2000)), max_size=60))
def test_sessions_of_a_log_in_order(steps: list[tuple[str, int]]) -> None:
    """A session ends where 30 minutes pass without a request of that visitor, and nowhere else."""
    sessions, now = Sessions(), 0.0
    last: dict[str, float] = {}
    pages: dict[str, int] = {}
    began: dict[str, float] = {}
    for visitor, step in steps:
        now += step
        fresh = visitor not in last or now - last[visitor] >= 1800
        pages[visitor] = 1 if fresh else pages[visitor] + 1
        began[visitor] = now if fresh else began[visitor]
        last[visitor] = now
        session = sessions.visit(visitor, now)
        assert (session.pages, session.length) == (pages[visitor], int(now - began[visitor]))
