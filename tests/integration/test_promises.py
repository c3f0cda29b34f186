"""The reference pipeline's promises: the suite that any project can run, over this pipeline's adapter."""

from collections.abc import Iterator

import pytest

from bootstrap.target import Target
from tailrace.testing.bench import Bench
from tests.frame import stacks
from tests.frame.promised import PipelinePromises, long
from tests.frame.run import Run
from tests.integration.conftest import MakePipeline

pytestmark = pytest.mark.emulator_only


@pytest.fixture(scope="module")
def emulator(run: Run) -> Iterator[Target]:
    """Give an emulator of its own: the suite moves its time, and lets calls fail."""
    with stacks.own_emulator(run, "reference") as target:
        yield target


@pytest.fixture(scope="module")
def tailrace(emulator: Target) -> Bench:
    """Give the bench on that emulator."""
    return Bench(emulator.endpoint or "", emulator.region)


@pytest.fixture(scope="module", autouse=True)
def deployed(emulator: Target, make_pipeline: MakePipeline) -> None:
    """Deploy the pipeline, and name its stack."""
    TestPipeline.stack = make_pipeline(
        "promises", on=emulator, RETRY_ATTEMPTS="5", BATCH_SIZE="50"
    ).stack.name


class TestPipeline(PipelinePromises):
    """Every promise, of the handler in use; what takes minutes is left to `make promises`."""

    test_neighbours = long(PipelinePromises.test_neighbours)
    test_failures_that_may_pass = long(PipelinePromises.test_failures_that_may_pass)
    test_killed = long(PipelinePromises.test_killed)
    test_timeout = long(PipelinePromises.test_timeout)
    test_order = long(PipelinePromises.test_order)
    test_poison = long(PipelinePromises.test_poison)
