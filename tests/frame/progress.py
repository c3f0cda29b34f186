"""What a run of the tests says of itself: how long it takes, that it goes on, that Ctrl-C was heard."""

import signal
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePosixPath
from threading import Event, Thread
from types import FrameType

import pytest

LONG = 5  # seconds; what takes less needs no estimate
EVERY = 10.0  # seconds without a finished test after which it is said that the run goes on
KEPT = "tailrace/seconds"  # in pytest's cache: by what was asked for, the seconds that it took


class Progress:
    """Tells of a run to whoever waits for it; in the process that the workers report to."""

    def __init__(self, config: pytest.Config) -> None:
        self._config, self._began, self._last, self._done = config, time.monotonic(), time.monotonic(), 0
        self._asked = " ".join(config.args)
        self._seconds: dict[str, float] = defaultdict(float)
        self._cache: pytest.Cache | None = getattr(config, "cache", None)  # none with -p no:cacheprovider
        self._ended = Event()
        self._heart = Thread(target=self._beat, daemon=True)

    @property
    def estimate(self) -> str:
        """How long the same took the last time; empty if it is not known, or not worth a word."""
        seconds = self._cache.get(KEPT, {}).get(self._asked, 0) if self._cache else 0
        return f"about {spoken(seconds)}, as the last time" if seconds > LONG else ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Begin to look whether tests end."""
        self._heart.start()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test that has ended, and what it took."""
        self._seconds[PurePosixPath(report.nodeid.partition("::")[0]).parent.as_posix()] += report.duration
        if report.when == "teardown":
            self._done, self._last = self._done + 1, time.monotonic()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Keep how long a whole run took."""
        self._ended.set()
        whole = exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
        if whole and self._cache and not self._config.getoption("lf", default=False):
            known = self._cache.get(KEPT, {})
            self._cache.set(KEPT, {**known, self._asked: round(time.monotonic() - self._began)})

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what each folder took, where --durations asks what tests take."""
        if self._config.getoption("durations") is not None and self._seconds:
            terminalreporter.section("seconds by folder, of all workers together")
            for line in by_folder(self._seconds):
                terminalreporter.write_line(line)

    def _beat(self) -> None:
        """Say every few seconds that the run goes on, while no test ends."""
        said = 0.0
        while not self._ended.wait(1):
            now = time.monotonic()
            if now - max(self._last, said) >= EVERY:
                said = now
                _write(f"\n  … {spoken(now - self._began)} so far, {self._done:,} tests have ended\n")


def interrupted(number: int, frame: FrameType | None) -> None:
    """Say at once that Ctrl-C was heard: what the tests have made is removed before the run ends."""
    _write("\nInterrupted: removing what the tests have made. That takes some seconds.\n")
    signal.default_int_handler(number, frame)


def by_folder(seconds: Mapping[str, float]) -> list[str]:
    """Return a line for each folder of tests and for each folder above, by the seconds of the tests in it.

    >>> by_folder({"tests/unit/kinesis": 2.0, "tests/unit/cli": 1.5, "tests/integration": 60.0})
    ['60.0 tests/integration', ' 3.5 tests/unit', ' 2.0 tests/unit/kinesis', ' 1.5 tests/unit/cli']
    """
    sums: dict[str, float] = defaultdict(float)
    for folder, took in seconds.items():
        path = PurePosixPath(folder)
        for one in (path, *(above for above in path.parents if len(above.parts) > 1)):
            sums[one.as_posix()] += took
    width = max(len(f"{took:.1f}") for took in sums.values())
    longest = sorted(sums.items(), key=lambda one: -one[1])
    return [f"{took:{width}.1f} {folder}" for folder, took in longest]


def spoken(seconds: float) -> str:
    """Return a time for people.

    >>> spoken(42.3), spoken(192)
    ('42 s', '3 min 12 s')
    """
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _write(text: str) -> None:
    """Write past pytest's capturing, which is for tests; standard error mixes with no report."""
    stream = sys.__stderr__
    if stream:
        stream.write(text)
        stream.flush()
