"""The pytest plugin: the fixture `tailrace`, on an emulator that is started if it is asked for."""

import os
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tailrace.endpoint import region

from .bench import Bench
from .emulators import NoEmulatorError, RunEmulators
from .promises.adapter import AdapterError
from .promises.checking import check
from .promises.report import FOLDER, Verdicts
from .promises.trials import Trials

EMULATORS = pytest.StashKey[RunEmulators]()
BENCH = pytest.StashKey[Bench]()
WORKERS = "tailrace_emulators"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take where the promise suite's verdict is written."""
    group = parser.getgroup("tailrace")
    text = "folder for the promise suite's verdict, promises.json and promises.html"
    group.addoption("--promises-report", metavar="FOLDER", help=f"{text} (default: {FOLDER})")
    parser.addini("promises_report", text, default=FOLDER)


def pytest_configure(config: pytest.Config) -> None:
    """Prepare to start an emulator, or to share the one of the run that this worker belongs to."""
    shared = getattr(config, "workerinput", {}).get(WORKERS)
    began_with = os.environ, config.invocation_params.dir
    config.stash[EMULATORS] = (
        RunEmulators.join(shared, *began_with) if shared else RunEmulators.begin(*began_with)
    )
    if not hasattr(config, "workerinput"):
        folder = config.getoption("--promises-report") or config.getini("promises_report")
        config.pluginmanager.register(Verdicts(config.rootpath / folder))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401  xdist ships no types
    """Tell a worker which run it belongs to."""
    node.workerinput[WORKERS] = node.config.stash[EMULATORS].to_share()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run started."""
    if not hasattr(config, "workerinput") and EMULATORS in config.stash:
        config.stash[EMULATORS].stop_all()


@pytest.fixture(scope="session")
def tailrace(pytestconfig: pytest.Config) -> Bench:
    """Give clients, streams, functions, faults, a clock and a ledger, of an emulator that all tests share."""
    try:
        endpoint = pytestconfig.stash[EMULATORS].endpoint()
    except NoEmulatorError as none:
        pytest.fail(str(none), pytrace=False)
    pytestconfig.stash[BENCH] = bench = Bench(endpoint, region(os.environ))
    return bench


@pytest.fixture(scope="class")
def tailrace_trials(request: pytest.FixtureRequest, tailrace: Bench) -> Iterator[Trials]:
    """Give the trials of a class of the promise suite."""
    made = Trials(request.cls(), tailrace, stop=bool(request.config.getoption("maxfail", 0)))
    try:
        check(made.adapter, tailrace)
    except AdapterError as wrong:
        pytest.fail(str(wrong), pytrace=False)
    yield made
    made.subject.close()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give each test a ledger of its own."""
    if BENCH in item.config.stash:
        item.config.stash[BENCH].begin_test()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test of whose faults one met no call: it shows nothing."""
    result = yield
    if BENCH in item.config.stash:
        item.config.stash[BENCH].faults.close()
    return result


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Let no fault outlive its test."""
    if BENCH in item.config.stash:
        item.config.stash[BENCH].faults.clear()
