"""Functions of a test's own: made from a few lines of Python, removed with their logs and role at the end."""

import base64
import io
import json
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psutil
from botocore.exceptions import ClientError

from bootstrap.target import Target
from tailrace.testing.eventually import eventually

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
LOGS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}],
}


type Source = str | dict[str, str]


class Invoked(NamedTuple):
    """What Invoke answered: the payload as JSON, the error header, the version, the log's tail."""

    payload: Any
    error: str | None
    version: str
    log: str

    @property
    def report(self) -> str:
        """The REPORT line."""
        (line,) = (line for line in self.log.splitlines() if line.startswith("REPORT "))
        return line

    @property
    def request_id(self) -> str:
        """The request's id, as the log says it."""
        return self.report.split("\t")[0].removeprefix("REPORT RequestId: ")


class FailedFunctionError(Exception):
    """A function that cannot run; the message is its state's reason."""


class Function:
    """One function."""

    def __init__(self, target: Target, name: str) -> None:
        self.name = name
        self._lambda = target.client("lambda", read_timeout=60, retries={"max_attempts": 1})

    def invoke(self, event: object, *, alias: str = "") -> Invoked:
        """Invoke it and wait."""
        name = f"{self.name}:{alias}" if alias else self.name
        answer = self._lambda.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
        return Invoked(
            json.loads(answer["Payload"].read()),
            answer.get("FunctionError"),
            answer["ExecutedVersion"],
            base64.b64decode(answer["LogResult"]).decode(),
        )

    def update(self, source: str) -> None:
        """Give it other code, and wait until that is in place."""
        self._lambda.update_function_code(FunctionName=self.name, ZipFile=zipped(source))
        self.wait()

    def wait(self) -> None:
        """Wait until it can be invoked as it was asked for last."""

        def ready() -> bool:
            """Read the function's state: active, and its last update done."""
            found = self._lambda.get_function_configuration(FunctionName=self.name)
            if found["State"] == "Failed":
                raise FailedFunctionError(found.get("StateReason"))
            return (found["State"], found.get("LastUpdateStatus")) == ("Active", "Successful")

        eventually(ready, within=120)

    def delete(self) -> None:
        """Delete it."""
        self._lambda.delete_function(FunctionName=self.name)


class Functions:
    """Makes functions and removes them."""

    def __init__(self, target: Target, prefix: str) -> None:
        self.target = target
        self._prefix = prefix
        self._lambda = target.client("lambda")
        self._made: list[Function] = []
        self._role = f"{prefix}-functions-{secrets.token_hex(2)}"

    def make(self, source: Source, **settings: Any) -> Function:  # noqa: ANN401  settings are CreateFunction's own
        """Make a function of the module `app`, whose `handler` is called, and wait until it is ready.

        Of more files than one, or of another language, by their names.
        """
        function = Function(self.target, f"{self._prefix}-function-{secrets.token_hex(4)}")
        self._made.append(function)
        given = {
            "Handler": "app.handler",
            "Runtime": "python3.13",
            "Timeout": 3,
            "MemorySize": 256,
            "Code": {"ZipFile": zipped(source)},
            **settings,
        }

        def created() -> bool:
            """Have the role accepted, which on AWS takes some seconds after it is made."""
            try:
                self._lambda.create_function(FunctionName=function.name, Role=self._role_arn, **given)
            except self._lambda.exceptions.InvalidParameterValueException as error:
                if "cannot be assumed" in str(error):
                    return False
                raise
            return True

        eventually(created, within=60, every=1)
        function.wait()
        return function

    @property
    def role(self) -> str:
        """The ARN of the functions' role."""
        return self._role_arn

    @contextmanager
    def opened(self) -> Iterator["Functions"]:
        """Make the role; remove everything at the end."""
        iam = self.target.client("iam")
        self._role_arn = iam.create_role(RoleName=self._role, AssumeRolePolicyDocument=json.dumps(TRUST))[
            "Role"
        ]["Arn"]
        iam.put_role_policy(RoleName=self._role, PolicyName="logs", PolicyDocument=json.dumps(LOGS))
        try:
            yield self
        finally:
            for function in self._made:
                self._remove(function)
            iam.delete_role_policy(RoleName=self._role, PolicyName="logs")
            iam.delete_role(RoleName=self._role)

    def _remove(self, function: Function) -> None:
        logs = self.target.client("logs")
        for remove in (
            function.delete,
            lambda: logs.delete_log_group(logGroupName=f"/aws/lambda/{function.name}"),
        ):
            try:
                remove()
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceNotFoundException":
                    raise


def zipped(source: Source) -> bytes:
    """Pack a module `app` of this source, or files by their names; what is no module may be executed."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        for name, text in ({"app.py": source} if isinstance(source, str) else source).items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o644 if name.endswith(".py") else 0o755) << 16
            archive.writestr(entry, text.encode("latin-1") if text.startswith("\x7f") else text)
    return package.getvalue()


def processes(name: str) -> list[int]:
    """List the processes that have a function's name among their variables."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("AWS_LAMBDA_FUNCTION_NAME") == name:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found
