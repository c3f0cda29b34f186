"""A call that takes its time, in a thread of its own, so that nobody waits for it who need not.

NiceGUI's `run.io_bound` returns None when its task is cancelled, so that a loop around it goes on, and its
threads are waited for at the program's end: Ctrl-C would take as long as what is being asked.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread


async def in_a_thread[T](call: Callable[[], T]) -> T:
    """Return what the call returns, or raise what it raises.

    Neither a task that is cancelled nor the program's end waits for it.
    """
    answer: Future[T] = Future()
    answer.set_running_or_notify_cancel()

    def work() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:  # noqa: BLE001  raised where it is awaited
            answer.set_exception(error)

    Thread(target=work, name="asking", daemon=True).start()
    return await asyncio.wrap_future(answer)
