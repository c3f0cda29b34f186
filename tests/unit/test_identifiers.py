"""Identifiers of invocations."""

import uuid

import pytest

from tailrace.identifiers import hexadecimal, request_id

pytestmark = pytest.mark.unit


def test_a_request_id_is_a_random_uuid() -> None:
    """Version 4, variant of RFC 9562, written as UUIDs are, and never the same twice."""
    found = [request_id() for _ in range(2_000)]
    assert len(set(found)) == 2_000
    for text in found:
        one = uuid.UUID(text)
        assert (str(one), one.version, one.variant) == (text, 4, uuid.RFC_4122)


def test_digits_are_as_many_as_asked_for() -> None:
    """Leading zeros stay."""
    found = [hexadecimal(2) for _ in range(10_000)]  # of 2,000 one of 256 is missing in one run of ten
    assert {len(text) for text in found} == {2}
    assert {int(text, 16) for text in found} == set(range(256))
