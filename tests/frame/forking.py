"""Programs of the project, each in a process of its own that is forked from one that has imported already.

`[*forking.python(), "-m", "tailrace", "trace"]` does what `[sys.executable, "-m", "tailrace", "trace"]` does,
for a fraction of the time: to begin is most of what a program takes. How it begins is shown by
`test_docs_run.py` and others, which start it as its users do.
"""

import atexit
import gc
import importlib
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from pkgutil import iter_modules
from typing import NamedTuple

from bootstrap.target import Target

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bootstrap", "producer", "aftermath", "tailrace.cli", "tailrace.stream", "tailrace.story")
MORE = ("boto3.session", "botocore.regions", "botocore.hooks", "botocore.httpsession", "urllib3")
SERVICES = ("cloudformation", "dynamodb", "kinesis", "lambda", "sqs")
"""What most programs talk to."""
STREAMS = (0, 1, 2)


class Asked(NamedTuple):
    """A program that is to run: the words behind `python`, its folder, its environment."""

    words: list[str]
    folder: str
    environ: dict[str, str]

    @classmethod
    def parsed(cls, sent: bytes) -> "Asked":
        """Read it as `forked.py` sends it: how many words, the words, the folder, the variables."""
        count, *rest = os.fsdecode(sent).split("\0")
        words, (folder, *variables) = rest[: int(count)], rest[int(count) :]
        return cls(words, folder, dict(one.split("=", 1) for one in variables))


@cache
def python() -> list[str]:
    """Return what stands for `python` before `-m MODULE`. The process that is forked ends with ours."""
    if not hasattr(os, "pidfd_open"):  # macOS, whose libraries do not bear a fork either
        return [sys.executable]
    words, process = begun([sys.executable, "-m", __name__], ROOT)
    atexit.register(process.communicate)
    assert words, "the process that is to be forked did not begin"
    return words


def begun(words: list[str], place: Path) -> tuple[list[str], subprocess.Popen[str]]:
    """Start a process that serves, in a folder; return what stands for `python`, and the process.

    It ends with its standard input. What stands for `python` is empty where it ended before it served.
    """
    pipe = subprocess.PIPE
    process = subprocess.Popen(words, cwd=place, stdin=pipe, stdout=pipe, text=True, start_new_session=True)
    assert process.stdout
    address = process.stdout.readline().strip()
    forked = Path(__file__).with_name("forked.py")
    return ([sys.executable, "-IS", str(forked), address] if address else []), process


def serve(run: Callable[[list[str]], int]) -> None:
    """Fork for whoever asks, until nobody is there who might; what is asked for is run by `run`."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a keeper
    folder = tempfile.mkdtemp(prefix="tailrace-forks-")  # TemporaryDirectory would go with the first fork
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/fork")
        listener.listen(64)
        sys.stdout.write(f"{folder}/fork\n")
        sys.stdout.flush()
        while 0 not in select.select([listener.fileno(), 0], [], [])[0]:
            connection, _ = listener.accept()
            with connection:
                if os.fork() == 0:
                    listener.close()
                    os._exit(_keep(connection, run))
    shutil.rmtree(folder, ignore_errors=True)


def _keep(connection: socket.socket, run: Callable[[list[str]], int]) -> int:
    """Fork the program, pass signals on, and say how it ended; kill it when nobody is there to hear that."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, streams, *_ = socket.recv_fds(connection, 4, len(STREAMS))
    asked = Asked.parsed(connection.makefile("rb").read(int.from_bytes(head)))
    program = os.fork()
    if program == 0:
        connection.close()
        os._exit(_become(asked, streams, run))
    for stream in streams:
        os.close(stream)
    watched = os.pidfd_open(program)
    while watched not in select.select([connection.fileno(), watched], [], [])[0]:
        signals = connection.recv(16)
        for number in signals or [signal.SIGKILL]:
            os.kill(program, number)
        if not signals:
            break
    _, status = os.waitpid(program, 0)
    with suppress(OSError):
        connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, signed=True))
    return 0


def _become(asked: Asked, streams: list[int], run: Callable[[list[str]], int]) -> int:
    """Be what Python is that has just been started, and run what was asked for; return the exit code."""
    for number, stream in zip(STREAMS, streams, strict=True):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(asked.folder)
    os.environ.clear()
    os.environ.update(asked.environ)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
    sys.stdout.reconfigure(write_through="PYTHONUNBUFFERED" in os.environ)
    sys.path[:1] = [asked.folder, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    code = run(asked.words)
    threading._shutdown()  # type: ignore[attr-defined]  # Python ends so too, but takes all apart
    atexit._run_exitfuncs()
    with suppress(OSError):
        sys.stdout.flush()
    return code


def _module(words: list[str]) -> int:
    """Run `-m MODULE …`; return what Python would end with."""
    _, module, *sys.argv[1:] = words
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return ended.code or 0
        sys.stderr.write(f"{ended.code}\n")
        return 1
    except BaseException:  # noqa: BLE001  it is the program's
        traceback.print_exc()
        return 1
    return 0


def _import() -> None:
    """Import what the programs need, but not the programs themselves."""
    for name in PACKAGES:
        found = importlib.import_module(name)
        for one in iter_modules(found.__path__, f"{name}."):
            if not one.name.endswith("__main__"):
                importlib.import_module(one.name)
    for name in MORE:
        importlib.import_module(name)
    Target.from_environment({}).prepare(SERVICES)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the programs
    _import()
    gc.freeze()  # a fork does not copy what it does not touch
    serve(_module)
