from datetime import timedelta
from itertools import count

import pytest

from bootstrap.failing import FailedFunction
from bootstrap.failures import Failure
from dashboard.failing import Failing, as_list
from tests.unit.dashboard.given import NOON

pytestmark = pytest.mark.unit

FAILED = FailedFunction(
    "processor", Failure("KeyError", "'<b>'", "handler/analytics.py:12", times=3, last=NOON)
)


def test_logs_are_read_while_a_function_fails() -> None:
    """No log is read while all is well, then one every fifteen seconds; what is well again is not named."""
    asked = count()
    failing = Failing(lambda: [FAILED] if next(asked) is not None else [])
    seconds = [(0, False), (5, True), (10, True), (21, True), (25, False)]
    named = [bool(failing.look(NOON + timedelta(seconds=at), ill=ill)) for at, ill in seconds]
    assert named == [False, True, True, True, False]
    assert next(asked) == 2


def test_a_failure_is_told() -> None:
    """The function, the exception's type, its message as text, where it was raised, how often and when."""
    assert as_list([FAILED]) == (
        "<li><b>processor</b> failed 3 times, last at 12:00:00 UTC: "
        "<code>KeyError</code> &#x27;&lt;b&gt;&#x27; at <code>handler/analytics.py:12</code></li>"
    )
