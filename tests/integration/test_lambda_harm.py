"""A function that misbehaves harms itself: another one works on meanwhile, and nothing of it is left."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.functions import Function, Functions, Invoked, processes

pytestmark = [pytest.mark.emulator_only, pytest.mark.processes]

PAUSE = 0.1
"""Seconds between two invocations of the neighbour."""
SLOWEST = 5.0
"""Seconds that a neighbour's invocation may take on a busy machine; alone it takes a few milliseconds."""
HARMS = """
import os, subprocess, sys, tempfile, time

def handler(event, context):
    match event.get("do"):
        case "leak":
            kept = []
            while True: kept.append(bytearray(b"x" * 2**20))
        case "leak by others":
            code = "import time; kept = bytearray(b'x' * 120 * 2**20); time.sleep(60)"
            for _ in range(3): subprocess.Popen([sys.executable, "-c", code])
            time.sleep(60)
        case "fork":
            while True:
                if os.fork() == 0: time.sleep(60)
        case "leave":  # a process that leaves its group, and its parent
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    while True: time.sleep(0.01)
                os._exit(0)
            os.wait()
            if event["die"]: os._exit(3)
        case "fill":
            with open(os.path.join(tempfile.gettempdir(), "large"), "wb") as file:
                for _ in range(event["megabytes"]): file.write(bytes(2**20))
        case "print":
            while True: print("and on and on\\n" * 100)
        case "much":
            for _ in range(event["times"]): sys.stdout.write(event["text"] * 65536)
        case "open":
            opened = []
            try:
                while True: opened.append(os.open("/dev/null", os.O_RDONLY))
            except OSError as error:
                for one in opened: os.close(one)
                return [str(error), len(opened) < 1024]
        case "never":
            while True: pass
    return "done"
"""


@pytest.fixture(scope="module")
def functions(target: Target, run: Run) -> Iterator[Functions]:
    """Give a maker of functions."""
    with Functions(target, run.prefix).opened() as functions:
        yield functions


@pytest.fixture(scope="module")
def neighbour(functions: Functions) -> Function:
    """Give a function that answers."""
    made = functions.make("def handler(event, context): return event", Timeout=30)
    made.invoke({})
    return made


def beside(neighbour: Function, harmful: Function, event: dict[str, object]) -> Invoked:
    """Invoke one function, and its neighbour again and again meanwhile; return how the one ended."""
    with ThreadPoolExecutor(1) as caller:
        running = caller.submit(harmful.invoke, event)
        invoked = 0
        while not running.done():
            answer = neighbour.invoke({"number": invoked})
            assert (answer.error, answer.payload) == (None, {"number": invoked})
            assert float(answer.report.split("\tDuration: ")[1].split(" ")[0]) < SLOWEST * 1000
            invoked += 1
            wait([running], PAUSE)
    assert invoked > 1, "it was over at once"
    return running.result()


@pytest.mark.parametrize("how", ["leak", "leak by others"])
def test_a_leak_is_ended(functions: Functions, neighbour: Function, how: str) -> None:
    """At its memory size, which counts what it has started too."""
    harmful = functions.make(HARMS, Timeout=20)
    answer = beside(neighbour, harmful, {"do": how})
    assert answer.payload["errorType"] == "Runtime.OutOfMemory"
    assert "Max Memory Used: 256 MB" in answer.report
    assert processes(harmful.name) == []
    assert harmful.invoke({}).payload == "done"


def test_forking_without_end_is_ended(functions: Functions, neighbour: Function) -> None:
    """At a thousand processes, with all of them."""
    harmful = functions.make(HARMS, Timeout=30, MemorySize=3008)
    answer = beside(neighbour, harmful, {"do": "fork"})
    assert answer.payload["errorType"] in {
        "Runtime.ExitError",
        "BlockingIOError",
    }  # the kernel may refuse more
    harmful.update(HARMS + "\n")
    eventually(lambda: processes(harmful.name) == [], within=30, what="its processes to end")
    assert harmful.invoke({}).payload == "done"


@pytest.mark.parametrize("die", [False, True])
def test_what_has_left_its_group_ends_with_the_environment(functions: Functions, *, die: bool) -> None:
    """Also where the runtime has died before it, which is noticed at once."""
    harmful = functions.make(HARMS, Timeout=10)
    answer = harmful.invoke({"do": "leave", "die": die})
    if die:
        assert answer.payload["errorType"] == "Runtime.ExitError"
        assert float(answer.report.split("\tDuration: ")[1].split(" ")[0]) < SLOWEST * 1000
    else:
        assert answer.payload == "done"
        assert len(processes(harmful.name)) == 2
        harmful.delete()
    eventually(lambda: processes(harmful.name) == [], within=30, what="its processes to end")


def test_a_full_disk_is_its_own(functions: Functions, neighbour: Function) -> None:
    """The error is the function's, and its next invocation has what it had before."""
    harmful = functions.make(HARMS, Timeout=30, MemorySize=1024)
    answer = beside(neighbour, harmful, {"do": "fill", "megabytes": 600})
    assert answer.payload["errorType"] == "OSError"
    assert any(text in answer.payload["errorMessage"] for text in ("No space left", "File too large"))
    assert harmful.invoke({}).payload == "done"


def test_printing_without_end_is_timed_out(functions: Functions, neighbour: Function) -> None:
    """In time, though what it prints is read all the while."""
    harmful = functions.make(HARMS, Timeout=2)
    answer = beside(neighbour, harmful, {"do": "print"})
    assert answer.payload["errorType"] == "Sandbox.Timedout"
    assert harmful.invoke({}).payload == "done"


@pytest.mark.parametrize(("text", "times"), [("x", 600), ("\n-", 4)], ids=["one line", "lines"])
def test_what_is_printed_is_kept_to_a_bound(functions: Functions, text: str, times: int) -> None:
    """Of more than 32 MB, or 100,000 lines, there is a part, and a word of the rest."""
    harmful = functions.make(HARMS, Timeout=60)
    answer = harmful.invoke({"do": "much", "text": text, "times": times})
    assert answer.payload == "done"
    assert "more bytes are not kept" in answer.log
    assert "more bytes" not in harmful.invoke({}).log


def test_never_answering_is_timed_out(functions: Functions, neighbour: Function) -> None:
    """A busy loop is ended in time."""
    harmful = functions.make(HARMS, Timeout=2)
    answer = beside(neighbour, harmful, {"do": "never"})
    assert answer.payload["errorType"] == "Sandbox.Timedout"
    assert processes(harmful.name) == []


def test_too_many_open_files_are_its_own(functions: Functions) -> None:
    """At Lambda's 1,024, with the error that AWS's machines give."""
    answer = functions.make(HARMS).invoke({"do": "open"})
    assert answer.payload == ["[Errno 24] Too many open files: '/dev/null'", True]
