"""Pipelines for the integration tests: on the emulator that runs, one of the run's own, or an account."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bootstrap.package import Code
from bootstrap.target import Target
from tailrace.control import Installation
from tests.frame import stacks
from tests.frame.pipeline import Pipeline
from tests.frame.run import Run
from tests.integration import installing, stranger

type MakePipeline = Callable[..., Pipeline]

QUICK = {"BATCH_WINDOW": "0", "DETECTOR": "0"}  # a batch goes out as soon as there is a record


@pytest.fixture(scope="session")
def target(run: Run) -> Target:
    """Give the AWS that the tests talk to."""
    return stacks.shared_target(run)


@pytest.fixture(scope="session")
def moved_target(run: Run) -> Iterator[Target]:
    """Give an emulator whose time a test may move, or empty: one worker runs the files that ask for it."""
    with stacks.own_emulator(run, "moved") as target:
        yield target


@pytest.fixture(scope="session")
def faulty_target(run: Run) -> Iterator[Target]:
    """Give an emulator whose calls a test may let fail: one worker runs the files that ask for it."""
    with stacks.own_emulator(run, "faulty") as target:
        yield target


@pytest.fixture(scope="module")
def make_pipeline(run: Run, target: Target, worker_id: str) -> Iterator[MakePipeline]:
    """Give a function that deploys a pipeline; it is destroyed after the module's last test.

    `make_pipeline(purpose, code=None, on=None, **settings)`: the purpose is part of the stack's name,
    settings are those of the environment (`BATCH_SIZE="10"`), `on` is another target.
    """
    with ExitStack() as made:

        def make(
            purpose: str, *, code: Code | None = None, on: Target | None = None, **settings: str
        ) -> Pipeline:
            where = on or target
            stack = stacks.deployed(run, where, _own(purpose, worker_id), {**QUICK, **settings}, code)
            return Pipeline(where, made.enter_context(stack))

        yield make


@pytest.fixture
def command(target: Target, tmp_path: Path) -> stranger.Command:
    """Give the command `tailrace`, in a folder of its own."""
    return stranger.Command(target, tmp_path)


@pytest.fixture
def greenhouse(run: Run, target: Target) -> Iterator[stranger.Stranger]:
    """Give another project's stack, deployed for one test."""
    with stranger.deployed(target, f"{run.prefix}-other-{secrets.token_hex(3)}") as made:
        yield made


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the emulator's wheel, built from the sources."""
    return installing.build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the Python of another project's environment, with the wheel in it."""
    return installing.make_environment(tmp_path_factory.mktemp("project") / ".venv", wheel)


@pytest.fixture
def installation(run: Run) -> Installation:
    """Give the installation that is there: it is used again, so nothing is fetched."""
    return installing.installed(run)


@pytest.fixture(scope="session")
def shared_pipeline(run: Run, target: Target, worker_id: str) -> Iterator[Pipeline]:
    """Give a pipeline that sends batches at once; for fixtures of a module."""
    with stacks.deployed(run, target, _own("shared", worker_id), QUICK) as stack:
        yield Pipeline(target, stack)


@pytest.fixture
def pipeline(shared_pipeline: Pipeline) -> Pipeline:
    """Give a pipeline that sends batches at once; tests of one worker share it, one after the other."""
    return shared_pipeline


def _own(purpose: str, worker_id: str) -> str:
    """Name a stack of one worker: workers do not share stacks."""
    return f"{purpose}{'' if worker_id == 'master' else '-' + worker_id}"


@pytest.fixture
def group(target: Target, run: Run) -> Iterator[str]:
    """Give a log group with a stream `s`."""
    logs = target.client("logs")
    name = f"/{run.prefix}/{secrets.token_hex(4)}"
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    yield name
    logs.delete_log_group(logGroupName=name)
