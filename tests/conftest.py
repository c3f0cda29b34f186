"""What holds for every test: no setting of the developer's, one marker each, and a header that says where."""

import gc
import os
import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tailrace.testing.plugin import EMULATORS
from tests.frame import containers, emulators, markers, stacks
from tests.frame.progress import Progress, interrupted
from tests.frame.run import Run, without_settings

HERE = Path(__file__).parent
RUN = pytest.StashKey[Run]()
PROGRESS = pytest.StashKey[Progress]()
NESTED = pytest.StashKey[bool]()
# Integration tests that take, or wait, longest: if they began last they would go on when all else has ended.
LONGEST = (
    "test_docs_run.py",
    "test_examples.py",
    "test_emulator_lifecycle.py",
    "test_alarms.py",
    "test_as_dependency.py",
    "test_record.py",
    "test_load.py",
    "test_dynamodb_changes.py",
    "test_promise_suite.py",
    "test_watch.py",
    "test_trace.py",
    "test_recipe_validation.py",
)
FIRST = {HERE / "integration" / name: place for place, name in enumerate(LONGEST)}
# What a program looks at to learn what its terminal can do: the same for each test, whatever the developer's.
TERMINAL = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "TTY_COMPATIBLE")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Begin the run, or join the one that this worker belongs to."""
    _samples()
    given = getattr(config, "workerinput", None)
    if given is None:
        _there(config)
        config.stash[RUN] = run = Run.begin(config.stash[EMULATORS])
        config.stash[NESTED] = "PYTEST_CURRENT_TEST" in os.environ  # the outer run goes on with the emulator
        if not run.on_aws and not containers.wanted(run):
            emulators.running(run)  # refuses at once what AWS_ENDPOINT_URL names and nobody answers at
        config.stash[PROGRESS] = Progress(config)
        config.pluginmanager.register(config.stash[PROGRESS])
        # Ended from outside: clean up as on Ctrl-C. Where a shell has begun this in the background, Ctrl-C
        # itself would be ignored, also by whatever a test starts.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, interrupted)
    else:
        config.stash[RUN] = Run.join(given["run_id"], Path(given["run_folder"]), config.stash[EMULATORS])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionstart() -> Generator[None]:
    """Let Ctrl-C wait until the workers have begun: one that is still loading would print where it stood.

    They inherit that it waits, and hear it once they have joined the run.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return (yield)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None]:
    """Let Python's garbage collector rest while tests are collected, and pass over them for good."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Take four workers for each processor: integration tests wait for two thirds of their time."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # xdist's own way to say how many
    return 4 * len(
        os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:  # noqa: ANN401  xdist ships no types
    """Have folders of integration tests run by one worker each."""
    if config.getvalue("dist") != "loadfile":
        return None
    from tests.frame.sharing import FolderScheduling  # noqa: PLC0415  there may be no xdist

    return FolderScheduling(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: list[Any]) -> None:
    """Fork the workers from one process that has collected: each would import all the tests."""
    from tests.frame import collected  # noqa: PLC0415  for runs with workers

    if python := collected.python(config):
        for spec in specs:
            spec.python = spec.python or python


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401  xdist ships no types
    """Tell a worker which run it belongs to."""
    run = node.config.stash[RUN]
    node.workerinput |= {"run_id": run.id, "run_folder": str(run.folder)}


def pytest_report_header(config: pytest.Config) -> str:
    """Say where the tests run, and as which run."""
    run = config.stash[RUN]
    region = run.environ.get("AWS_REGION", "us-east-1")
    if run.on_aws:
        where = f"target aws, account {run.environ.get('AWS_ACCOUNT_ID', 'not set')}"
    elif containers.wanted(run):
        where = "target localstack, emulator in a container (testcontainers) when needed"
    else:
        where = f"target localstack, emulator {emulators.running(run) or 'started when needed'}"
    took = config.stash[PROGRESS].estimate if PROGRESS in config.stash else ""
    header = f"tailrace: {where}, region {region}, run {run.id}"
    return f"{header}\ntailrace: it takes {took}" if took else header


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse a test without its marker; skip what the target cannot do; begin with what takes longest."""
    items.sort(key=lambda item: FIRST.get(item.path, len(FIRST)))
    below = cache(lambda path: path.relative_to(HERE))  # the tests of a file have one path
    run = config.stash[RUN]
    recipe = _samples().RECIPE
    marked = [(item, {mark.name for mark in item.iter_markers()}) for item in items]
    looking = any(markers.IN_VIEW in carried for _, carried in marked)
    hidden = looking and not run.on_aws and not emulators.open_to_view(run)
    wrong = []
    for item, carried in marked:
        wrong.append(markers.complaint(below(item.path), item.name, carried))
        if run.on_aws and "emulator_only" in carried:
            item.add_marker(pytest.mark.skip(reason=markers.ON_AWS))
        if markers.RECIPE in carried and not recipe:
            item.add_marker(pytest.mark.skip(reason=markers.ANOTHER_HANDLER))
        if hidden and markers.IN_VIEW in carried:
            item.add_marker(pytest.mark.skip(reason=markers.OUT_OF_VIEW))
    if said := "\n".join(filter(None, wrong)):
        raise pytest.UsageError(said)


def _there(config: pytest.Config) -> None:
    """Refuse a file or folder of tests that there is not: workers would look for it for half a minute."""
    for named in config.args:
        if not (config.invocation_params.dir / named.partition("::")[0]).exists():
            raise pytest.UsageError(f"{named}: there is no such file or folder of tests")


def _samples() -> Any:  # noqa: ANN401  a module
    """Return the events of the handler in use; a complaint if it has none."""
    try:
        from tests.frame import samples  # noqa: PLC0415  what a user wrote may not load
    except Exception as error:  # noqa: BLE001  whatever it is, it is the user's
        where = Path(os.environ.get("HANDLER") or "handler") / "samples.py"
        raise pytest.UsageError(
            f"{where}, whose events the tests send, does not load: {type(error).__name__}: {error}"
        ) from None
    return samples


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every setting of AWS's and Tailrace's out of the environment of a test, and of its terminal."""
    kept = without_settings(os.environ)
    for name in set(os.environ) - set(kept):
        monkeypatch.delenv(name)
    for name in TERMINAL:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    """Give the run that this test belongs to."""
    return pytestconfig.stash[RUN]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Destroy what a test left behind, whatever ended the run, and fail if it had to be."""
    run = session.config.stash[RUN]
    if hasattr(session.config, "workerinput"):
        return
    with _undisturbed():
        try:
            abandoned, left = stacks.destroy_abandoned(run), stacks.left_behind(run)
            if not session.config.stash[NESTED]:
                emulators.put_back(run)
        except Exception as error:  # noqa: BLE001  whatever it is, the run's own summary must still come
            abandoned, left = [], [f"what could not be removed: {error}"]
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if abandoned and reporter:
        reporter.write_line(f"destroyed what was still there: {', '.join(abandoned)}", yellow=True)
    if left or (abandoned and session.exitstatus == pytest.ExitCode.OK):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if left and reporter:
            reporter.write_line("the run left behind:\n  " + "\n  ".join(left), red=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let nobody interrupt the cleaning up: a second Ctrl-C would leave behind what the first one ended."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
