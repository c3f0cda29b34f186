"""What each function of a stack failed with last, in the last hour and as it is deployed now."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from bootstrap.failures import Failure, last_failure
from bootstrap.stacks import Stack
from bootstrap.target import Target
from bootstrap.trial import placed

_RECENT = timedelta(hours=1)
_FUNCTIONS = (("FunctionName", "LogGroupName"), ("DetectorName", "DetectorLogGroupName"))  # outputs


class FailedFunction(NamedTuple):
    """A function, and what it failed with last."""

    function: str
    failure: Failure

    @property
    def often(self) -> str:
        """How often it failed so, and when it did last."""
        often = "once" if self.failure.times == 1 else f"{self.failure.times:,} times"
        return f"{often}, last at {self.failure.last:%H:%M:%S} UTC"


def failed_functions(target: Target, stack: Stack, folder: Path) -> Iterator[FailedFunction]:
    """Ask Lambda since when each function is deployed, and its log for failures since then.

    `folder` is where the user's handler stands.
    """
    logs, lambdas = target.client("logs"), target.client("lambda")
    for function, group in _FUNCTIONS:
        if function not in stack.outputs or group not in stack.outputs:
            continue
        name = stack.outputs[function]
        deployed = lambdas.get_function_configuration(FunctionName=name)["LastModified"]
        since = max(datetime.fromisoformat(deployed), datetime.now(UTC) - _RECENT)
        failure = last_failure(logs, stack.outputs[group], since)
        if failure:
            ours = function == _FUNCTIONS[0][0]
            yield FailedFunction(name, placed(failure, folder) if ours else failure)
