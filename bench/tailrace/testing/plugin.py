"""The pytest plugin: an emulator for the run, clients of it, a ledger, and waiting; each if asked for."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from tailrace.moving import EmulatorClock

from . import eventually as waiting
from .clients import REGION, Aws
from .emulators import NoEmulatorError, RunEmulators
from .ledger import Ledger

EMULATORS = pytest.StashKey[RunEmulators]()
WORKERS = "tailrace_emulators"


def pytest_configure(config: pytest.Config) -> None:
    """Prepare to start an emulator, or to share the one of the run that this worker belongs to."""
    shared = getattr(config, "workerinput", {}).get(WORKERS)
    began_with = os.environ, config.invocation_params.dir
    config.stash[EMULATORS] = (
        RunEmulators.join(shared, *began_with) if shared else RunEmulators.begin(*began_with)
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401  xdist ships no types
    """Tell a worker which run it belongs to."""
    node.workerinput[WORKERS] = node.config.stash[EMULATORS].to_share()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run started."""
    if not hasattr(config, "workerinput") and EMULATORS in config.stash:
        config.stash[EMULATORS].stop_all()


@pytest.fixture(scope="session")
def endpoint(pytestconfig: pytest.Config) -> str:
    """Give the endpoint of an emulator, which all tests of the run share; it is started if none is named."""
    try:
        return pytestconfig.stash[EMULATORS].endpoint()
    except NoEmulatorError as none:
        pytest.fail(str(none), pytrace=False)


@pytest.fixture(scope="session")
def aws(endpoint: str) -> Aws:
    """Give what makes clients of the emulator: `aws("kinesis")`; `aws.environ` is for other programs."""
    return Aws(endpoint, os.environ.get("AWS_REGION") or REGION)


@pytest.fixture(scope="session")
def clock(endpoint: str) -> EmulatorClock:
    """Give the emulator's time: `clock.advance("25h")` moves it on, for all tests that share the emulator."""
    return EmulatorClock(endpoint)


@pytest.fixture
def ledger() -> Ledger:
    """Give a ledger of the test's own: it puts records, and says what became of each."""
    return Ledger()


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """Give `eventually(condition, within=seconds)`: it waits, bounded, and says what it saw."""
    return waiting.eventually
