"""The reference pipeline's promises: the suite that any project can run, over this pipeline's adapter."""

import pytest

from bootstrap.target import Target
from tailrace.testing.bench import Bench
from tests.frame.promised import PipelinePromises, long
from tests.integration.conftest import MakePipeline

pytestmark = pytest.mark.emulator_only


@pytest.fixture(scope="module")
def tailrace(moved_target: Target) -> Bench:
    """Give the bench on that emulator."""
    return Bench(moved_target.endpoint or "", moved_target.region)


@pytest.fixture(scope="module", autouse=True)
def deployed(moved_target: Target, make_pipeline: MakePipeline) -> None:
    """Deploy the pipeline, and name its stack."""
    TestPipeline.stack = make_pipeline(
        "promises", on=moved_target, RETRY_ATTEMPTS="5", BATCH_SIZE="50"
    ).stack.name


class TestPipeline(PipelinePromises):
    """Every promise, of the handler in use; what takes minutes is left to `make promises`."""

    test_neighbours = long(PipelinePromises.test_neighbours)
    test_failures_that_may_pass = long(PipelinePromises.test_failures_that_may_pass)
    test_killed = long(PipelinePromises.test_killed)
    test_timeout = long(PipelinePromises.test_timeout)
    test_order = long(PipelinePromises.test_order)
    test_poison = long(PipelinePromises.test_poison)
