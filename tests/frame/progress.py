"""What a run of the tests says of itself: how long it takes, that it goes on, that Ctrl-C was heard."""

import signal
import sys
import time
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
        """Count a test that has ended."""
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
