"""LocalStack's function versions, run by our environments: a version, its pool, its role's session."""

import secrets
import time
from datetime import UTC, datetime
from pathlib import Path

from localstack import config
from localstack.aws.connect import connect_to

from tailrace.functions import logs
from tailrace.functions.code import CodeStore
from tailrace.functions.environment import Environment, Recipe
from tailrace.functions.execution import Function, Result, execute
from tailrace.functions.logs import Target
from tailrace.functions.pool import Pool
from tailrace.functions.report import lines_for
from tailrace.functions.runtime_api import Event
from tailrace.functions.runtimes import Runtime, installed
from tailrace.functions.shapes import FunctionId, FunctionVersion
from tailrace.functions.trace import Sampler
from tailrace.functions.variables import Naming, Place, Session, variables

_SESSION_SECONDS = 43_200
_SESSION_REUSE = 3_600

CODE = CodeStore(Path(config.dirs.tmp) / "lambda" / "code")
_TEMPORARY = Path(config.dirs.tmp) / "lambda" / "tmp"


class Version:
    """A function version that can be invoked."""

    def __init__(self, function_version: FunctionVersion) -> None:
        self.id = function_version.id
        self._config = function_version.config
        self._log_group = (
            self._config.logging_config.get("LogGroup") or f"/aws/lambda/{self.id.function_name}"
        )
        logging = self._config.logging_config
        runtime = self._config.runtime
        self._runtime: Runtime = installed()[runtime]
        version_config = self._config.runtime_version_config or {}
        self._function = Function(
            self.id.qualifier,
            self._config.timeout,
            self._config.memory_size,
            self._runtime.shown_version,
            version_config.get("RuntimeVersionArn", ""),
            lines_for(logging.get("LogFormat", "Text"), logging.get("SystemLogLevel", "INFO")),
        )
        self.pool = Pool(self._make)
        self.sampler = Sampler() if self._config.tracing_config_mode == "Active" else None
        self._session: tuple[float, Session] | None = None

    def prepare(self) -> None:
        """Unpack the code, unless another version has the same."""
        code = self._config.code
        if CODE.folder_of(code.code_sha256).exists():
            return
        s3 = connect_to(region_name="us-east-1", aws_access_key_id=config.INTERNAL_RESOURCE_ACCOUNT).s3
        body = s3.get_object(Bucket=code.s3_bucket, Key=code.s3_key)["Body"]
        CODE.unpack(code.code_sha256, body.read())

    def invoke(self, event: Event) -> Result:
        """Run one invocation and hand its log over."""
        result = execute(self._function, self.pool, event)
        logs.add(self._log(result.stream), result.log)
        return result

    def _log(self, stream: str) -> Target:
        return Target(self.id.account, self.id.region, self._log_group, stream)

    def _make(self) -> Environment:
        identity = secrets.token_hex(16)
        stream = f"{datetime.now(UTC):%Y/%m/%d}/[{self.id.qualifier}]{identity}"
        logs.begin(self._log(stream))
        naming = self._naming(stream)
        session = self._credentials()

        def all_variables(runtime_api: str, temporary: str) -> dict[str, str]:
            place = Place(
                self._config.runtime,
                str(self._runtime.root),
                str(self._runtime.packages),
                self._task_root,
                temporary,
                runtime_api,
                endpoint(),
            )
            return variables(place, naming, session)

        recipe = Recipe(
            str(self._runtime.python),
            self._config.handler,
            all_variables,
            self._task_root,
            _TEMPORARY,
            self._config.memory_size,
        )
        return Environment(recipe, identity, stream)

    @property
    def _task_root(self) -> str:
        return str(CODE.folder_of(self._config.code.code_sha256))

    def _naming(self, stream: str) -> Naming:
        logging = self._config.logging_config
        level = logging.get("ApplicationLogLevel", "INFO") if logging.get("LogFormat") == "JSON" else ""
        return Naming(
            self.id.function_name,
            self.id.qualifier,
            self.id.region,
            self._config.handler,
            self._config.memory_size,
            self._log_group,
            stream,
            dict(self._config.environment or {}),
            level,
        )

    def _credentials(self) -> Session:
        known = self._session
        if known is None or time.monotonic() - known[0] > _SESSION_REUSE:
            # No lock: nothing of ours waits while LocalStack is asked, and two sessions do no harm.
            self._session = known = time.monotonic(), assume(self._config.role, self.id)
        return known[1]


def endpoint() -> str:
    """Give the emulator's URL, as a function reaches it."""
    listen = config.GATEWAY_LISTEN[0]
    host = "127.0.0.1" if listen.host in ("0.0.0.0", "::", "") else listen.host  # noqa: S104  compared, not bound
    return f"http://{host}:{listen.port}"


def assume(role: str, function_id: FunctionId) -> Session:
    """Open a session of the role, named after the function, as on AWS."""
    sts = connect_to(region_name=function_id.region).sts.request_metadata(service_principal="lambda")
    name = function_id.function_name
    answer = sts.assume_role(
        RoleArn=role,
        RoleSessionName=name if len(name) > 1 else f"{name}@lambda_function",
        DurationSeconds=_SESSION_SECONDS,
    )["Credentials"]
    return Session(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
