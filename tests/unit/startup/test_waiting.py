"""Waiting for a service that is being loaded."""

import time

import pytest

from tailrace.startup.waiting import until

pytestmark = pytest.mark.unit


def test_it_ends_as_soon_as_the_condition_holds() -> None:
    """Not half a second later, as LocalStack's own waiting does."""
    began, answers = time.monotonic(), iter([False, False, True])
    assert until(lambda: next(answers), timeout=30)
    assert time.monotonic() - began < 0.4


def test_it_ends_in_time_where_nothing_comes() -> None:
    """With what it is told then: the condition does not hold."""
    began = time.monotonic()
    assert not until(lambda: False, timeout=0.05)
    assert time.monotonic() - began < 5
