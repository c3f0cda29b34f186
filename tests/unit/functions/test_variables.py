import pytest

from tailrace.functions.runtimes import TABLE
from tailrace.functions.runtimes.base import RuntimePaths
from tailrace.functions.variables import Naming, RoleSession, Surroundings, variables

pytestmark = pytest.mark.unit

PYTHON, NODE = TABLE["python3.13"], TABLE["nodejs24.x"]
PLACE = RuntimePaths("/home/r", "/home/r/lib", "/code/1", "/layers/1")
SURROUNDINGS = Surroundings("/scratch/e", "127.0.0.1:9001", "http://127.0.0.1:4566", "127.0.0.1:2000")
NAMING = Naming("f", "$LATEST", "eu-west-1", "app.handler", 512, "/aws/lambda/f", "2026/01/31/[$LATEST]0", {})
SESSION = RoleSession("key", "secret", "token")


def test_a_function_gets_lambdas_variables_and_no_others() -> None:
    """The list is the developer guide's, with the endpoint and the scratch space added."""
    assert variables(PYTHON, PLACE, SURROUNDINGS, NAMING, SESSION) == {
        "_HANDLER": "app.handler",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/31/[$LATEST]0",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "LAMBDA_TASK_ROOT": "/code/1",
        "LAMBDA_RUNTIME_DIR": "/home/r/lib",
        "LANG": "en_US.UTF-8",
        "PATH": "/home/r/bin:/usr/local/bin:/usr/bin/:/bin:/layers/1/bin",
        "LD_LIBRARY_PATH": (
            "/home/r/lib:/lib64:/usr/lib64:/home/r/lib:/home/r/lib/lib:/code/1:/code/1/lib:/layers/1/lib"
        ),
        "PYTHONPATH": "/home/r/lib",
        "TZ": ":UTC",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1",
        "_AWS_XRAY_DAEMON_PORT": "2000",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": "/home/sbx_user1051",
        "TMPDIR": "/scratch/e",
    }


def test_with_a_file_system_of_its_own_no_variable_names_a_folder() -> None:
    """Neither a home nor a scratch space, as on AWS."""
    found = variables(PYTHON, PLACE, SURROUNDINGS._replace(temporary=""), NAMING, SESSION)
    assert not {"HOME", "TMPDIR"} & found.keys()


def test_the_functions_own_variables_win() -> None:
    """A function may set what Lambda does not reserve, and gets its own value."""
    own = {"TABLE": "t", "TZ": "Europe/Paris"}
    found = variables(PYTHON, PLACE, SURROUNDINGS, NAMING._replace(own=own), SESSION)
    assert (found["TABLE"], found["TZ"]) == ("t", "Europe/Paris")


def test_a_json_log_tells_the_runtime_its_level() -> None:
    """Format and level are variables only where the log is JSON."""
    found = variables(PYTHON, PLACE, SURROUNDINGS, NAMING._replace(json_level="DEBUG"), SESSION)
    assert (found["AWS_LAMBDA_LOG_FORMAT"], found["AWS_LAMBDA_LOG_LEVEL"]) == ("JSON", "DEBUG")


def test_node_finds_layers_before_the_sdk() -> None:
    """NODE_PATH names the layers' folders for this version and for all, then AWS's."""
    found = variables(NODE, PLACE, SURROUNDINGS, NAMING, SESSION)
    assert found["NODE_PATH"] == (
        "/layers/1/nodejs/node24/node_modules:/layers/1/nodejs/node_modules:"
        "/home/r/lib/node_modules:/home/r/lib:/code/1"
    )
    assert found["AWS_EXECUTION_ENV"] == "AWS_Lambda_nodejs24.x"
    assert "PYTHONPATH" not in found
