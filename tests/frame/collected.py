"""One process that has collected the tests: pytest-xdist's workers are forked from it.

A worker imports all that it collects, which is most of what it takes to begin. A fork of a process that has
collected the same finds the modules there.
"""

import gc
import json
import os
import shlex
import signal
import sys
import threading
from contextlib import redirect_stdout, suppress
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

BEGIN = "import sys; sys.path.insert(0, sys.argv[1]); from tests.frame import collected; collected.main()"


class _Imports:
    """Leaves out what no worker inherits."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, obj: object) -> list[pytest.Item] | None:
        """Make tests of properties only: if there is one, Hypothesis reads the constants of all modules."""
        return None if hasattr(obj, "is_hypothesis_test") else []


def python(config: pytest.Config) -> str | None:
    """Start to collect, and return the command that stands for Python; None where there are no such forks.

    The process that is forked ends with the run. What it cannot collect, its workers try again, and report.
    """
    if not hasattr(os, "pidfd_open"):  # as in forking.py
        return None
    from tests.frame import forking  # noqa: PLC0415  what pytest is to rewrite must not be there before it

    given: dict[str, Any] = {}
    config.hook.pytest_configure_node(node=SimpleNamespace(config=config, workerinput=given))
    asked = json.dumps([config.invocation_params.args, given])
    words, process = forking.begun(
        [sys.executable, "-c", BEGIN, str(forking.ROOT), asked], config.invocation_params.dir
    )

    def end() -> None:
        process.communicate()

    config.add_cleanup(end)
    return shlex.join(words) or None


def main() -> None:
    """Collect as a worker does, and fork for whoever asks."""
    _, _, asked = sys.argv
    # As a worker is started by pytest: until it has joined the run, it hears no Ctrl-C.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    with suppress(Exception, SystemExit), Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        _collect(*json.loads(asked))
    from tests.frame import forking  # noqa: PLC0415  as above

    gc.collect()
    gc.freeze()  # a fork does not copy what it does not touch
    forking.serve(_work)


def _collect(arguments: list[str], given: dict[str, Any]) -> None:
    """Have pytest collect what it is asked for, and say nothing."""
    from _pytest.config import _prepareconfig  # noqa: PLC0415  as pytest-xdist's workers do

    config = _prepareconfig([*arguments, "-n0", "--collect-only", "-s"], [_Imports()])
    config.workerinput = given  # type: ignore[attr-defined]
    config.workeroutput = {}  # type: ignore[attr-defined]
    config.hook.pytest_cmdline_main(config=config)
    config._ensure_unconfigure()


def _work(words: list[str]) -> int:
    """Run `python -u -c CODE`."""
    *_, code = words
    sys.modules["__main__"] = module = ModuleType("__main__")
    sys.argv[:] = ["-c"]
    exec(code, vars(module))  # noqa: S102  as Python does
    threading._shutdown()  # type: ignore[attr-defined]
    return 0
