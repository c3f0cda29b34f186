"""The environment variables of a function: Lambda's, and no others. Pure.

Source: the developer guide's page on environment variables. What differs from AWS: `AWS_ENDPOINT_URL`, by
which every SDK finds the emulator, and `AWS_EC2_METADATA_DISABLED`, so that none asks this machine's metadata
service. Where a function has no file system of its own, also the paths, `TMPDIR` (Python's `tempfile` and
most programs honour it; a literal "/tmp" is the host's), and `HOME` (not set on AWS, where a function's home
is this folder too, and is not there).
"""

from typing import NamedTuple

from tailrace.functions.runtimes.base import Runtime, RuntimePaths

HOME = "/home/sbx_user1051"


class Naming(NamedTuple):
    """What the function is."""

    name: str
    version: str
    region: str
    handler: str
    memory_size: int  # MB
    log_group: str
    log_stream: str
    own: dict[str, str]  # the function's own variables
    json_level: str = ""  # application log level, where the log format is JSON


class RoleSession(NamedTuple):
    """Credentials of the function's role."""

    access_key_id: str
    secret_access_key: str
    token: str


class Surroundings(NamedTuple):
    """What an environment has around it."""

    temporary: str  # its scratch space; empty where it has a file system of its own, and so a /tmp
    runtime_api: str  # host:port
    endpoint: str  # URL of the emulator
    xray: str  # host:port of the X-Ray daemon


def variables(
    runtime: Runtime, place: RuntimePaths, surroundings: Surroundings, naming: Naming, session: RoleSession
) -> dict[str, str]:
    """Give all variables of the function's process. Its own come last: Lambda refuses reserved names."""
    lambda_ = {
        "_HANDLER": naming.handler,
        "AWS_REGION": naming.region,
        "AWS_DEFAULT_REGION": naming.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime.name}",
        "AWS_LAMBDA_FUNCTION_NAME": naming.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(naming.memory_size),
        "AWS_LAMBDA_FUNCTION_VERSION": naming.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": naming.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": naming.log_stream,
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.token,
        "AWS_LAMBDA_RUNTIME_API": surroundings.runtime_api,
        "LAMBDA_TASK_ROOT": place.task,
        "LAMBDA_RUNTIME_DIR": place.runtime,
        "LANG": "en_US.UTF-8",
        "PATH": place.programs,
        "LD_LIBRARY_PATH": place.libraries,
        "TZ": ":UTC",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": surroundings.xray,
        "_AWS_XRAY_DAEMON_ADDRESS": surroundings.xray.partition(":")[0],
        "_AWS_XRAY_DAEMON_PORT": surroundings.xray.partition(":")[2],
        "AWS_ENDPOINT_URL": surroundings.endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if surroundings.temporary:
        lambda_ |= {"HOME": HOME, "TMPDIR": surroundings.temporary}
    if naming.json_level:
        lambda_["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
        lambda_["AWS_LAMBDA_LOG_LEVEL"] = naming.json_level
    return lambda_ | runtime.variables(place) | naming.own
