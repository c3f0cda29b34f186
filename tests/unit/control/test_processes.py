"""What is asked of processes, where none is needed to show it."""

import signal
import threading

import pytest

from tailrace.control import processes

pytestmark = pytest.mark.unit


def test_ctrl_c_is_held_back() -> None:
    """It comes when what must be whole is done, and is not lost."""
    done: list[str] = []

    def work() -> None:
        with processes.uninterrupted():
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            done.append("whole")

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            work()
    finally:
        signal.signal(signal.SIGINT, before)
    assert done == ["whole"]
