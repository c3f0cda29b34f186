"""Where functions run: their variables, their code, their processes."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from urllib.request import urlopen

import psutil
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame import emulators, stacks
from tests.frame.run import Run
from tests.integration.functions import Functions, processes

pytestmark = pytest.mark.emulator_only

LOOKS = """
import os, subprocess, sys, tempfile, time
HERE = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]

def handler(event, context):
    match event.get("look"):
        case "variables": return dict(os.environ)
        case "compiled":
            import boto3
            return os.path.exists(boto3.__spec__.cached)
        case "cwd": return [os.getcwd(), os.environ["LAMBDA_TASK_ROOT"], oct(os.stat(".").st_mode)[-3:],
                            oct(os.stat("app.py").st_mode)[-3:], sys.path[0]]
        case "tmp":
            with open(os.path.join(tempfile.gettempdir(), "kept"), "a") as kept: kept.write("x")
            return [tempfile.gettempdir(), os.path.getsize(kept.name)]
        case "caller":
            import boto3
            return boto3.client("sts").get_caller_identity()["Arn"]
        case "child":
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            if event["wait"]: time.sleep(60)
            return child.pid
        case "slow": time.sleep(1)
        case "busy": time.sleep(60)
        case "pid": return os.getpid()
    return HERE
"""

OUTLIVES_ITSELF = """
import os, time, urllib.error, urllib.request
ITSELF = os.environ["AWS_ENDPOINT_URL"] + "/2015-03-31/functions/" + os.environ["AWS_LAMBDA_FUNCTION_NAME"]

def handler(event, context):
    while True:
        try:
            urllib.request.urlopen(ITSELF).close()
        except urllib.error.HTTPError:
            return "gone"
        time.sleep(0.05)
"""


@pytest.fixture(scope="module")
def functions(target: Target, run: Run) -> Iterator[Functions]:
    """Give a maker of functions."""
    with Functions(target, run.prefix).opened() as functions:
        yield functions


def has_own_file_system(seen: dict[str, str]) -> bool:
    """Tell by its variables whether a function has a file system of its own: not every machine permits it."""
    return seen["LAMBDA_TASK_ROOT"] == "/var/task"


def pause(seconds: float) -> None:
    """Let time pass: what is to be seen is that nothing happens meanwhile."""
    Event().wait(seconds)


def metric_sum(target: Target, name: str, function: str) -> float:
    """Add up a metric of a function over the last hour."""
    now = datetime.now(UTC)
    (point,) = target.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=name,
        Dimensions=[{"Name": "FunctionName", "Value": function}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=7200,
        Statistics=["Sum"],
    )["Datapoints"]
    return point["Sum"]


def test_the_runtime_is_compiled(functions: Functions) -> None:
    """What the runtime brings is compiled: a function, which cannot write there, never has to do it."""
    assert functions.make(LOOKS).invoke({"look": "compiled"}).payload is True


def test_a_function_sees_lambdas_variables_only(functions: Functions) -> None:
    """Lambda's, its own and where the emulator is; nothing of the machine's."""
    function = functions.make(LOOKS, Environment={"Variables": {"MINE": "1"}})
    seen: dict[str, str] = function.invoke({"look": "variables"}).payload
    assert set(seen) == {
        *("_HANDLER", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME"),
        *("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE"),
        *("AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY_ID"),
        *("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT"),
        *("LAMBDA_RUNTIME_DIR", "LANG", "PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "TZ"),
        *("AWS_XRAY_CONTEXT_MISSING", "AWS_XRAY_DAEMON_ADDRESS", "_AWS_XRAY_DAEMON_ADDRESS"),
        *("_AWS_XRAY_DAEMON_PORT", "_X_AMZN_TRACE_ID"),
        *("AWS_ENDPOINT_URL", "AWS_EC2_METADATA_DISABLED", "MINE"),
        *(() if has_own_file_system(seen) else ("HOME", "TMPDIR")),
    }
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == function.name
    assert seen["MINE"] == "1"


def test_a_function_runs_in_its_code_which_it_cannot_change(functions: Functions) -> None:
    """The working directory is the task root; nobody may write there."""
    cwd, root, folder, module, first = functions.make(LOOKS).invoke({"look": "cwd"}).payload
    assert cwd == root == first
    assert (folder, module) == ("555", "444")


def test_scratch_space_belongs_to_one_environment(functions: Functions) -> None:
    """It is kept from one invocation to the next; another environment, and this machine, see none of it."""
    function = functions.make(LOOKS)
    folder, _ = function.invoke({"look": "tmp"}).payload
    assert function.invoke({"look": "tmp"}).payload == [folder, 2]
    function.update(LOOKS + "\n# another environment\n")
    assert function.invoke({"look": "tmp"}).payload[1] == 1
    function.delete()
    kept = Path(folder) / "kept"
    eventually(lambda: not kept.exists(), within=30, what=f"{kept} to be removed")


@pytest.fixture
def own_file_system(functions: Functions) -> None:
    """Skip a test where this machine lets functions have no file system of their own."""
    if not has_own_file_system(functions.make(LOOKS).invoke({"look": "variables"}).payload):
        pytest.skip("user and mount namespaces are not permitted here: tailrace doctor")


@pytest.mark.usefixtures("own_file_system")
def test_a_functions_file_system_is_lambdas(functions: Functions) -> None:
    """Code, runtime and scratch space where AWS has them; nobody's home; only /tmp can be written."""
    source = """
import os, pathlib, pwd
def handler(event, context):
    written = []
    for folder in ("/", "/var/task", "/opt", "/usr", "/etc", "/tmp"):
        try:
            pathlib.Path(folder, "mine").write_text("x")
            written.append(folder)
        except OSError: pass
    return {"file": __file__, "cwd": os.getcwd(), "user": pwd.getpwuid(os.getuid()).pw_name,
            "home": os.path.expanduser("~"), "there": os.path.exists(os.path.expanduser("~")),
            "homes": [each for each in ("/home", "/root") if os.path.exists(each) and os.listdir(each)],
            "written": written, "size": os.statvfs("/tmp").f_blocks * os.statvfs("/tmp").f_frsize}
"""
    seen = functions.make(source, EphemeralStorage={"Size": 600}).invoke({}).payload
    assert seen.pop("homes") in ([], ["/root"])  # an interpreter of root's own is to be had under its name
    assert seen == {
        "file": "/var/task/app.py",
        "cwd": "/var/task",
        "user": "sbx_user1051",
        "home": "/home/sbx_user1051",
        "there": False,
        "written": ["/tmp"],  # noqa: S108  the function's
        "size": 600 * 2**20,
    }


@pytest.mark.usefixtures("own_file_system")
def test_a_function_that_fills_its_disk_harms_itself(functions: Functions) -> None:
    """It gets the error that a full /tmp gives on AWS."""
    source = """
def handler(event, context):
    with open("/tmp/large", "wb") as file:
        for _ in range(600): file.write(bytes(2**20))
"""
    answer = functions.make(source, Timeout=20).invoke({})
    assert (answer.payload["errorType"], answer.payload["errorMessage"]) == (
        "OSError",
        "[Errno 28] No space left on device",
    )


def test_a_traced_functions_segments_are_taken(functions: Functions, target: Target) -> None:
    """By the daemon whose address it has; its header says that it is sampled; Lambda's own is above it."""
    source = """
import json, os, socket
def handler(event, context):
    header = dict(part.split("=") for part in os.environ["_X_AMZN_TRACE_ID"].split(";"))
    segment = {"trace_id": header["Root"], "id": "1" * 16, "name": "own", "parent_id": header["Parent"]}
    host, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].split(":")
    sent = '{"format": "json", "version": 1}\\n' + json.dumps(segment)
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(sent.encode(), (host, int(port)))
    return header
"""
    function = functions.make(source, TracingConfig={"Mode": "Active"})
    header = function.invoke({}).payload
    assert header["Sampled"] == "1"
    address = f"{target.endpoint}/_tailrace/xray/{header['Root']}"

    def arrived() -> dict[str, str]:
        """Read both segments of this trace: what each hangs below, or is."""
        with urlopen(address) as answer:  # noqa: S310  the emulator's address
            found = {one["name"]: one.get("parent_id", one["id"]) for one in json.load(answer)}
        return found if len(found) > 1 else {}

    assert eventually(arrived, within=20) == {"own": header["Parent"], function.name: header["Parent"]}
    assert functions.make(source).invoke({}).payload["Sampled"] == "0"


def test_nothing_runs_between_two_invocations(functions: Functions) -> None:
    """A thread that a function leaves behind stands still until the next event, and then goes on."""
    source = """
import threading, time
ticks = [0]
def tick():
    while True:
        ticks[0] += 1
        time.sleep(0.01)
threading.Thread(target=tick, daemon=True).start()
def handler(event, context):
    before = ticks[0]
    time.sleep(event["sleep"])
    return [before, ticks[0]]
"""
    function = functions.make(source)
    _, left = function.invoke({"sleep": 0.1}).payload
    pause(2)
    found, after = function.invoke({"sleep": 0.3}).payload
    assert found - left < 40, "two seconds are 200 ticks"
    assert after - found > 10


def test_a_function_acts_as_its_role(functions: Functions) -> None:
    """Its credentials are a session of the role, named after the function."""
    function = functions.make(LOOKS, Timeout=30)
    caller = function.invoke({"look": "caller"}).payload
    assert ":assumed-role/" in caller
    assert caller.endswith(f"/{function.name}")


def test_an_environment_is_used_again(functions: Functions) -> None:
    """Two invocations, one after the other, one environment."""
    function = functions.make(LOOKS)
    assert function.invoke({}).payload == function.invoke({}).payload


def test_an_environment_that_died_while_idle_is_not_used(functions: Functions) -> None:
    """The next event has a new one, and no error."""
    function = functions.make(LOOKS)
    runtime = psutil.Process(function.invoke({"look": "pid"}).payload)
    runtime.kill()
    eventually(lambda: not _runs(runtime.pid), within=30, what="the runtime to be killed")
    eventually(lambda: _threads(runtime.pid) < 2, within=30, what="its last thread to end")
    again = function.invoke({"look": "pid"})
    assert (again.error, again.payload == runtime.pid) == (None, False)


def test_concurrent_invocations_run_side_by_side(functions: Functions) -> None:
    """Three at a time are in three environments."""
    function = functions.make(LOOKS)
    with ThreadPoolExecutor(3) as callers:
        streams = list(callers.map(lambda _: function.invoke({"look": "slow"}).payload, range(3)))
    assert len(set(streams)) == 3


def test_reserved_concurrency_throttles(functions: Functions, target: Target) -> None:
    """With one reserved, a second invocation at the same time is refused, and counted as that alone."""
    function = functions.make(LOOKS)
    client = target.client("lambda", retries={"total_max_attempts": 1})
    client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=1)

    def invoke(_: int) -> str:
        try:
            client.invoke(FunctionName=function.name, Payload=b'{"look": "slow"}')
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "answered"

    with ThreadPoolExecutor(2) as callers:
        assert sorted(callers.map(invoke, range(2))) == ["TooManyRequestsException", "answered"]
    counts = [metric_sum(target, name, function.name) for name in ("Throttles", "Invocations", "Errors")]
    assert counts == [1, 1, 0]


@pytest.mark.processes
def test_new_code_means_a_new_process_and_no_old_one(functions: Functions) -> None:
    """The update ends the warm environment."""
    function = functions.make(LOOKS)
    old = function.invoke({"look": "pid"}).payload
    function.update(LOOKS + "\n# changed\n")
    new = function.invoke({"look": "pid"}).payload
    assert new != old
    eventually(lambda: processes(function.name) == [new], within=30, what="the old process to end")


def test_a_running_invocation_outlives_an_update(functions: Functions) -> None:
    """It finishes on the old code, and its environment ends with it."""
    function = functions.make(LOOKS)
    function.invoke({})
    with ThreadPoolExecutor(1) as caller:
        running = caller.submit(function.invoke, {"look": "slow"})
        function.update("def handler(event, context): return 'new'")
        assert running.result().error is None
    assert function.invoke({}).payload == "new"


@pytest.mark.processes
def test_a_deleted_function_leaves_no_process(functions: Functions) -> None:
    """Neither its own nor one that it started."""
    function = functions.make(LOOKS)
    child: int = function.invoke({"look": "child", "wait": False}).payload
    assert psutil.pid_exists(child)
    function.delete()
    eventually(lambda: not processes(function.name), within=30, what="the processes to end")
    eventually(lambda: not _runs(child), within=30, what=f"the child {child} to end")


def test_a_first_run_does_not_bring_its_deleted_log_back(functions: Functions, target: Target) -> None:
    """A stack that is deleted while its function runs for the first time leaves no log group."""
    logs = target.client("logs")
    function = functions.make(OUTLIVES_ITSELF, Timeout=60)
    group = f"/aws/lambda/{function.name}"

    def groups() -> list[str]:
        """Find the group."""
        found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        return [one["logGroupName"] for one in found]

    with ThreadPoolExecutor(1) as caller:
        running = caller.submit(function.invoke, {})
        eventually(groups, within=60, what=f"the log group {group} of the run")
        logs.delete_log_group(logGroupName=group)
        function.delete()
        assert running.result(timeout=60).payload == "gone"
    assert groups() == []


@pytest.mark.processes
def test_no_function_outlives_the_emulator(run: Run) -> None:
    """Killed, not stopped, the emulator takes a function at work with it."""
    doomed = stacks.target_at(run, emulators.own(run, "doomed"))
    caller = ThreadPoolExecutor(1)
    with suppress(EndpointConnectionError), Functions(doomed, run.prefix).opened() as functions:
        function = functions.make(LOOKS, Timeout=60)
        at_work = caller.submit(function.invoke, {"look": "busy"})
        (running,) = eventually(lambda: processes(function.name), within=60, what="the function's process")
        psutil.Process(running).parent().kill()  # type: ignore[union-attr]  # it has one
    assert at_work.exception(), "the function answered, so it was not at work"
    eventually(lambda: not processes(function.name), within=30, what="the function to end")


@pytest.mark.processes
def test_a_timeout_ends_what_the_function_started_too(functions: Functions) -> None:
    """No process of the environment is left."""
    function = functions.make(LOOKS, Timeout=1)
    assert function.invoke({"look": "child", "wait": True}).payload["errorType"] == "Sandbox.Timedout"
    eventually(lambda: not processes(function.name), within=30, what="the processes to end")


def _threads(pid: int) -> int:
    """Count what is left of a process that was killed: its parent hears of its end after its last thread."""
    try:
        return len(list(Path(f"/proc/{pid}/task").iterdir()))
    except OSError:
        return 0


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
