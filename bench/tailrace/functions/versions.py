"""LocalStack's function versions, run by our environments: a version, its pool, its role's session."""

import os
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path

from localstack import config
from localstack.aws.connect import connect_to

from tailrace.clock import CLOCK
from tailrace.faults import functions
from tailrace.functions import logs, namespaces
from tailrace.functions.code import CodeStore
from tailrace.functions.environment import Environment, Recipe
from tailrace.functions.execution import ExecutedVersion, ExecutionResult, execute
from tailrace.functions.fitness import UnfitError, unfit
from tailrace.functions.hot_reload import WatchedCode
from tailrace.functions.layers import Merged
from tailrace.functions.logs import LogStream
from tailrace.functions.pool import Pool
from tailrace.functions.process import Program
from tailrace.functions.report import lines_for
from tailrace.functions.runtime_api import InvocationEvent
from tailrace.functions.runtimes import TABLE
from tailrace.functions.runtimes.base import ProcessConfiguration, Runtime
from tailrace.functions.shapes import FunctionId, FunctionVersion, StoredPackage
from tailrace.functions.stops import Doom
from tailrace.functions.trace import Sampler
from tailrace.functions.variables import Naming, RoleSession, Surroundings, variables
from tailrace.functions.xray import Daemon, Ran, of_invocation

_SESSION_SECONDS = 43_200
_SESSION_REUSE = 3_600

CODE = CodeStore(Path(config.dirs.tmp) / "lambda" / "code")
_TEMPORARY = Path(config.dirs.tmp) / "lambda" / "tmp"
HOME = Path(os.environ["TAILRACE_HOME"])
OFFLINE = "TAILRACE_FUNCTIONS_OFFLINE"
DAEMON = Daemon()
LAYERS = Merged(Path(config.dirs.tmp) / "lambda" / "layers")


class Version:
    """A function version that can be invoked."""

    def __init__(self, function_version: FunctionVersion) -> None:
        self.id = function_version.id
        self._config = function_version.config
        self._log_group = (
            self._config.logging_config.get("LogGroup") or f"/aws/lambda/{self.id.function_name}"
        )
        logging = self._config.logging_config
        self._runtime: Runtime = TABLE[self._config.runtime]
        version_config = self._config.runtime_version_config or {}
        self._function = ExecutedVersion(
            self.id.qualifier,
            self._config.timeout,
            self._config.memory_size,
            self._runtime.shown,
            version_config.get("RuntimeVersionArn", ""),
            lines_for(logging.get("LogFormat", "Text"), logging.get("SystemLogLevel", "INFO")),
        )
        self.pool = Pool(self._make)
        self.sampler = Sampler() if self._config.tracing_config_mode == "Active" else None
        self._session: tuple[float, RoleSession] | None = None
        self._watched: WatchedCode | None = None

    def prepare(self) -> None:
        """Unpack code and layers. Raises UnfitError if they cannot run here."""
        self._runtime.lay(HOME, CODE.folder)
        code = self._config.code
        if code.is_hot_reloading():
            self._watched = WatchedCode(code.get_unzipped_code_location())
            self._task = self._watched.folder
            if not self._task.is_dir():
                raise UnfitError(f"There is no folder {self._task} on this machine.")
        else:
            self._task = _unpacked(code)
        layers = [_unpacked(layer.code) for layer in self._config.layers]
        self._layers = LAYERS.of(layers)
        packages = [self._task, *layers]
        if complaint := unfit(packages, self._layers, self._config.architectures, self._runtime):
            raise UnfitError(complaint)

    def invoke(self, event: InvocationEvent, doom: Doom | None = None) -> ExecutionResult:
        """Run one invocation and hand its log over; `doom` is how it is to end."""
        if self._watched and self._watched.has_changed():
            self.pool.renew()
        result = execute(self._function, self.pool, event, doom)
        if self.sampler:
            self._trace(event, result)
        logs.add(self._log(result.stream), result.log)
        return result

    def _trace(self, event: InvocationEvent, result: ExecutionResult) -> None:
        ended = result.started + result.duration / 1000
        times = result.started, ended, result.failed
        ran = Ran(self.id.function_name, event.invoked_arn, event.request_id, *times)
        if segment := of_invocation(event.trace_id, ran):
            DAEMON.keep(segment)

    def _log(self, stream: str) -> LogStream:
        return LogStream(self.id.account, self.id.region, self._log_group, stream)

    def _make(self) -> Environment:
        identity = secrets.token_hex(16)
        stream = f"{datetime.fromtimestamp(CLOCK.now(), UTC):%Y/%m/%d}/[{self.id.qualifier}]{identity}"
        logs.begin(self._log(stream))
        naming, session = self._naming(stream), self._credentials()
        session = session._replace(token=session.token + identity)
        there = self._runtime.place(HOME, self._task, self._layers)
        own = namespaces.permitted()
        place = namespaces.AS_ON_AWS if own else there
        asked = ProcessConfiguration(self._config.handler or "", self._config.memory_size, naming.own)
        command = self._runtime.wrapped_command(place, asked, there)
        scratch = self._config.ephemeral_storage.size

        def program(folder: Path) -> Program:
            more = self._runtime.more(HOME)
            root = namespaces.file_system(folder, there, more, scratch) if own else None
            return Program(command, place.task, root, None if own else scratch)

        def all_variables(runtime_api: str, temporary: str) -> dict[str, str]:
            surroundings = Surroundings("" if own else temporary, runtime_api, endpoint(), DAEMON.address)
            return variables(self._runtime, place, surroundings, naming, session)

        recipe = Recipe(
            program,
            all_variables,
            _TEMPORARY,
            self._config.memory_size,
            self._runtime.frames,
            self._runtime.complaint(self._task, self._layers),
            _emulator() if own and os.environ.get(OFFLINE) == "1" else None,
            self.id.function_name,
        )
        environment = Environment(recipe, identity, stream)
        functions.note(identity, environment)
        return environment

    def _naming(self, stream: str) -> Naming:
        logging = self._config.logging_config
        level = logging.get("ApplicationLogLevel", "INFO") if logging.get("LogFormat") == "JSON" else ""
        return Naming(
            self.id.function_name,
            self.id.qualifier,
            self.id.region,
            self._config.handler or "",
            self._config.memory_size,
            self._log_group,
            stream,
            dict(self._config.environment or {}),
            level,
        )

    def _credentials(self) -> RoleSession:
        known = self._session
        if known is None or time.monotonic() - known[0] > _SESSION_REUSE:
            # No lock: nothing of ours waits while LocalStack is asked, and two sessions do no harm.
            self._session = known = time.monotonic(), assume(self._config.role, self.id)
        return known[1]


def _unpacked(code: StoredPackage) -> Path:
    """Return where a package lies unpacked; it is taken out of LocalStack's S3 unless it is there already."""
    place = CODE.folder_of(code.code_sha256)
    if place.exists():
        return place
    s3 = connect_to(region_name="us-east-1", aws_access_key_id=config.INTERNAL_RESOURCE_ACCOUNT).s3
    body = s3.get_object(Bucket=code.s3_bucket, Key=code.s3_key)["Body"]
    return CODE.unpack(code.code_sha256, body.read())


def endpoint() -> str:
    """Give the emulator's URL, as a function reaches it."""
    host, port = _emulator()
    return f"http://{host}:{port}"


def _emulator() -> tuple[str, int]:
    listen = config.GATEWAY_LISTEN[0]
    host = "127.0.0.1" if listen.host in ("0.0.0.0", "::", "") else listen.host  # noqa: S104  compared, not bound
    return host, listen.port


def assume(role: str, function_id: FunctionId) -> RoleSession:
    """Open a session of the role, named after the function, as on AWS."""
    sts = connect_to(region_name=function_id.region).sts.request_metadata(service_principal="lambda")
    name = function_id.function_name
    answer = sts.assume_role(
        RoleArn=role,
        RoleSessionName=name if len(name) > 1 else f"{name}@lambda_function",
        DurationSeconds=_SESSION_SECONDS,
    )["Credentials"]
    return RoleSession(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
