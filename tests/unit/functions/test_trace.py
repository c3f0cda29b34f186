"""Trace headers, as functions see them on AWS."""

import re
from typing import NamedTuple

import pytest

from tailrace.functions.trace import Sampler, trace_id

pytestmark = pytest.mark.unit

ROOT = "1-5759e988-bd862e3fe1be46a994272793"


class Header(NamedTuple):
    """What LocalStack parsed."""

    root: str | None = None
    parent: str | None = None
    sampled: int | str | None = None
    lineage: str | None = None


def test_nothing_is_sampled_while_tracing_is_off() -> None:
    """Whether the caller sent a header without a decision or none at all."""
    form = r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0"
    assert re.fullmatch(form, trace_id(None, None))
    assert re.fullmatch(form, trace_id(Header(), None))
    assert trace_id(Header(root=ROOT, parent="53995c3f42cd8ad8"), None) == (
        f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=0"
    )


@pytest.mark.parametrize("decided", [0, 1])
def test_a_callers_decision_is_passed_on(decided: int) -> None:
    """With active tracing and without."""
    header = Header(ROOT, "53995c3f42cd8ad8", decided, "a87bd80c:1")
    expected = f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled={decided};Lineage=a87bd80c:1"
    assert trace_id(header, None) == trace_id(header, Sampler()) == expected


def test_active_tracing_samples_the_first_request() -> None:
    """Where nobody has decided before."""
    assert trace_id(None, Sampler()).endswith(";Sampled=1")
    assert trace_id(Header(sampled="?"), Sampler()).endswith(";Sampled=1")


def test_one_request_a_second_and_a_share_of_the_rest_are_sampled() -> None:
    """The share is one in twenty."""
    draws = iter([0.05, 0.049, 0.9])
    sampler = Sampler(lambda: next(draws))
    assert [sampler.takes(at) for at in (10.0, 10.1, 10.2, 10.9, 11.0)] == [True, False, True, False, True]
