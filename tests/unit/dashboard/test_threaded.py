"""Calls that take their time."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from dashboard.threaded import in_a_thread

pytestmark = pytest.mark.unit


def looped[T](coroutine: Coroutine[Any, Any, T]) -> T:
    """Run it in a loop and a thread of its own: a browser of other tests may have a loop in this one."""
    with ThreadPoolExecutor(1, "loop") as thread:
        return thread.submit(asyncio.run, coroutine).result(60)


def test_the_answer_comes_from_another_thread() -> None:
    """The loop is free meanwhile: the call may even ask it for something."""

    async def asked() -> str:
        loop = asyncio.get_running_loop()

        async def name() -> str:
            return threading.current_thread().name

        return await in_a_thread(lambda: asyncio.run_coroutine_threadsafe(name(), loop).result(10))

    assert looped(asked()) == "loop_0"


def test_what_it_raises_is_raised() -> None:
    """An error is raised where the answer is awaited."""
    with pytest.raises(ValueError, match="invalid literal"):
        looped(in_a_thread(partial(int, "none")))


def test_a_cancelled_task_ends_at_once() -> None:
    """The call goes on until it ends by itself; nobody waits for it, and its late answer disturbs nobody."""
    began, ended = threading.Event(), threading.Event()
    threads: list[threading.Thread] = []

    def hang() -> None:
        threads.append(threading.current_thread())
        began.set()
        ended.wait(10)

    async def cancelled() -> bool:
        task = asyncio.create_task(in_a_thread(hang))
        await asyncio.to_thread(began.wait, 10)
        task.cancel()
        await asyncio.wait([task], timeout=10)
        return task.cancelled()

    assert looped(cancelled())
    assert threads[0].is_alive()
    assert threads[0].daemon
    ended.set()
    threads[0].join(10)
    assert not threads[0].is_alive()
