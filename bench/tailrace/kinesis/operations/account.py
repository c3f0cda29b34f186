"""DescribeAccountSettings, UpdateAccountSettings, UpdateStreamWarmThroughput and UpdateMaxRecordSize."""

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.errors import NotOfferedError
from tailrace.kinesis.lifecycle import SlowChange
from tailrace.protocol.errors import ValidationFailedError

DISABLED = {"MinimumThroughputBillingCommitment": {"Status": "DISABLED"}}


def describe_account_settings(_call: Call, _request: Request) -> Output:
    """Give the account's settings: no commitment to pay for a throughput."""
    return DISABLED


def update_account_settings(_call: Call, request: Request) -> Output:
    """Take the settings that there are; a commitment to pay for throughput means nothing here."""
    commitment = request.get("MinimumThroughputBillingCommitment") or {}
    if commitment.get("Status", "DISABLED") != "DISABLED":
        raise NotOfferedError(
            "This emulator has no MinimumThroughputBillingCommitment, since nothing is billed here:"
            " leave it DISABLED."
        )
    return DISABLED


def update_stream_warm_throughput(call: Call, request: Request) -> Output:
    """Refuse as AWS does for an account without the commitment, and no account here has it."""
    call.stream(request)
    raise uncommitted(call.account)


def uncommitted(account: str) -> ValidationFailedError:
    """Word what an account cannot have without a commitment to pay for throughput."""
    return ValidationFailedError(
        f"Account {account} is not enabled for minimum throughput billing commitment"
    )


def update_max_record_size(call: Call, request: Request) -> Output:
    """Let records of a stream be larger or smaller; until it is ACTIVE the old size is shown."""
    stream = call.active(request)
    stream.resize_records(int(request["MaxRecordSizeInKiB"]), call.now, call.due(SlowChange.RECORD_SIZE))
    return None
