"""The class that LocalStack's plugin point asks for.

LocalStack's own pool of environments is not used (see `service`), so nothing here ever starts one: what
would is refused with a sentence.
"""

from typing import NoReturn

from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from tailrace.functions.runtimes import installed
from tailrace.functions.shapes import FunctionVersion
from tailrace.functions.versions import HOME


class TailraceExecutor(RuntimeExecutor):
    """Functions as processes."""

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Nothing: `versions.Version.prepare` does it."""

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Nothing: code stays unpacked for as long as LocalStack runs."""

    @classmethod
    def validate_environment(cls) -> bool:
        """Whether there is a runtime to run functions with."""
        return bool(installed(HOME))

    def start(self, env_vars: dict[str, str]) -> None:
        """Not here."""
        del env_vars
        self._refuse()

    def stop(self) -> None:
        """Not here."""

    def get_address(self) -> str:
        """Not here."""
        self._refuse()

    def get_endpoint_from_executor(self) -> str:
        """Not here."""
        self._refuse()

    def get_runtime_endpoint(self) -> str:
        """Not here."""
        self._refuse()

    def invoke(self, payload: dict[str, str]) -> NoReturn:
        """Not here."""
        del payload
        self._refuse()

    def get_logs(self) -> str:
        """Not here."""
        return ""

    def _refuse(self) -> NoReturn:
        raise NotImplementedError("Tailrace runs environments itself; provisioned concurrency is not done")
