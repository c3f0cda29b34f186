"""IncreaseStreamRetentionPeriod and DecreaseStreamRetentionPeriod."""

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.engine import Stream
from tailrace.kinesis.errors import InvalidArgumentError

LEAST_HOURS = 24
MOST_HOURS = 8760


def increase_stream_retention_period(call: Call, request: Request) -> Output:
    """Keep records longer; what has expired does not come back."""
    stream, hours = call.stream(request), int(request["RetentionPeriodHours"])
    _check_bounds(hours)
    if hours < stream.retention_hours:
        raise _wrong_way(stream, hours, "shorter", "Decrease")
    return _keep(call, stream, hours)


def decrease_stream_retention_period(call: Call, request: Request) -> Output:
    """Keep records for a shorter time; those older are gone at once."""
    stream, hours = call.stream(request), int(request["RetentionPeriodHours"])
    _check_bounds(hours)
    if hours > stream.retention_hours:
        raise _wrong_way(stream, hours, "longer", "Increase")
    return _keep(call, stream, hours)


def _keep(call: Call, stream: Stream, hours: int) -> Output:
    call.require_active(stream)
    stream.trim(call.now)
    stream.retention_hours = hours
    stream.trim(call.now)
    return None


def _check_bounds(hours: int) -> None:
    if hours < LEAST_HOURS:
        raise InvalidArgumentError(
            f"Minimum allowed retention period is {LEAST_HOURS} hours."
            f" Requested retention period ({hours} hours) is too short."
        )
    if hours > MOST_HOURS:
        raise InvalidArgumentError(
            f"Maximum allowed retention period is {MOST_HOURS} hours."
            f" Requested retention period ({hours} hours) is too long."
        )


def _wrong_way(stream: Stream, hours: int, direction: str, other: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"Requested retention period ({hours} hours) for stream {stream.name} can not be {direction} than"
        f" existing retention period ({stream.retention_hours} hours). Use {other}RetentionPeriod API."
    )
