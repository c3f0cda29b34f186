"""How a test is written: see docs/tests.md, which shows this file."""

import pytest

from tailrace.testing.eventually import eventually
from tests.frame import samples
from tests.frame.pipeline import Pipeline

pytestmark = pytest.mark.anywhere


def test_each_event_is_stored_once(pipeline: Pipeline) -> None:
    """A hundred events are stored, each once, and counted once."""
    before = pipeline.metric("EventsProcessed").total
    pipeline.put(samples.fresh(100))
    pipeline.settle(within=30).check()

    def counted() -> bool:
        """See all of them in the metric."""
        return pipeline.metric("EventsProcessed").total == before + 100

    eventually(counted, within=60 * pipeline.patience)
