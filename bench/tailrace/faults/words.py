"""Errors as AWS words them, with the fields that each has. Pure.

Sources: DynamoDB's API reference (ThrottlingReason, TransactionCanceledException with the messages of its
reasons) and its developer guide on errors; Kinesis' and the services' common errors.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

READS = re.compile(r"^(Get|BatchGet|TransactGet|Query|Scan|Describe|List)")
DYNAMODB = "com.amazonaws.dynamodb.v20120810#"
"""What DynamoDB puts before the code of an error of its own."""
CANCELLED = "TransactionCanceledException"
THROTTLED: Mapping[str, str] = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "kinesis": "ProvisionedThroughputExceededException",
    "lambda": "TooManyRequestsException",
    "s3": "SlowDown",
    "sns": "Throttled",
    "sqs": "RequestThrottled",
}
"""The code by which a service throttles; any other says ThrottlingException."""
ELSEWHERE = "ThrottlingException"
PROVISIONED = (
    "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
    "provisioning level with the UpdateTable API."
)
CAPACITY = (
    "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your "
    "table or index so please try again shortly. If exceptions persist, check if you have a hot key: "
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html"
)
MESSAGES: Mapping[str, str] = {
    "dynamodb.ProvisionedThroughputExceededException": PROVISIONED,
    "dynamodb.ThrottlingException": CAPACITY,
    "dynamodb.RequestLimitExceeded": (
        "Throughput exceeds the current throughput limit for your account. Please contact AWS Support at "
        "https://aws.amazon.com/support request a limit increase"
    ),
    "dynamodb.InternalServerError": "Internal server error",
    "dynamodb.TransactionConflictException": "Transaction is ongoing for the item",
    "dynamodb.TransactionInProgressException": (
        "The transaction with the given request token is already in progress."
    ),
    "dynamodb.ConditionalCheckFailedException": "The conditional request failed",
    "kinesis.ProvisionedThroughputExceededException": (
        "Rate exceeded for shard shardId-000000000000 in stream {resource} under account {account}."
    ),
    "kinesis.LimitExceededException": "Rate exceeded for stream {resource} under account {account}.",
    "lambda.TooManyRequestsException": "Rate Exceeded.",
    "AccessDeniedException": (
        "User: arn:aws:sts::{account}:assumed-role/{function} is not authorized to perform: "
        "{service}:{operation}"
    ),
    "ExpiredTokenException": "The security token included in the request is expired",
    "InternalFailure": "The request processing has failed because of an unknown error, exception or failure.",
    "InternalServerError": "Internal server error",
    "ServiceUnavailable": "The request has failed due to a temporary failure of the server.",
    "SlowDown": "Please reduce your request rate.",
    "TooManyRequestsException": "Rate exceeded",
}
OTHERWISE = "Rate exceeded"
"""The message of every other error: most that are asked for throttle."""
STATUS: Mapping[str, int] = {
    "InternalFailure": 500, "InternalServerError": 500, "InternalError": 500, "ServiceException": 500,
    "ServiceUnavailable": 503, "ServiceUnavailableException": 503, "SlowDown": 503,
    "TooManyRequestsException": 429, "ExpiredTokenException": 403, "AccessDenied": 403,
}  # fmt: skip
"""HTTP statuses other than 400."""
REASON_CODES: Mapping[str, str] = {
    "ConditionalCheckFailed": "The conditional request failed",
    "ItemCollectionSizeLimitExceeded": "Collection size exceeded.",
    "TransactionConflict": "Transaction is ongoing for the item",
    "ProvisionedThroughputExceeded": PROVISIONED,
    "ThrottlingError": CAPACITY,
    "ValidationError": "One or more parameter values were invalid.",
}
"""Why an item cancels a transaction, with DynamoDB's messages."""
CONFLICT = "TransactionConflict"


class Worded(NamedTuple):
    """An error: code, message, HTTP status, and members beside them."""

    code: str
    message: str
    status: int
    fields: dict[str, Any]


class About(NamedTuple):
    """What an error is about."""

    service: str
    operation: str
    account: str
    region: str
    resource: str = ""
    function: str = ""


def worded(about: About, code: str = "", message: str = "") -> Worded:
    """Return an error of a service; without a code, that by which it throttles."""
    code = code or THROTTLED.get(about.service, ELSEWHERE)
    text = message or MESSAGES.get(f"{about.service}.{code}") or MESSAGES.get(code, OTHERWISE)
    fields = _throttling(about, code) if about.service == "dynamodb" else {}
    return Worded(
        code, text.format(**about._asdict()) if not message else text, STATUS.get(code, 400), fields
    )


def _throttling(about: About, code: str) -> dict[str, Any]:
    """Return the reasons that DynamoDB gives when it throttles."""
    member, limit = {
        "ProvisionedThroughputExceededException": ("ThrottlingReasons", "ProvisionedThroughputExceeded"),
        "RequestLimitExceeded": ("ThrottlingReasons", "AccountLimitExceeded"),
        "ThrottlingException": ("throttlingReasons", "KeyRangeThroughputExceeded"),
    }.get(code, ("", ""))
    if not member:
        return {}
    way = "Read" if READS.match(about.operation) else "Write"
    arn = f"arn:aws:dynamodb:{about.region}:{about.account}:table/{about.resource}"
    return {member: [{"reason": f"Table{way}{limit}", "resource": arn}]}


def cancelled(entries: int, failed: Collection[int], code: str = "") -> Worded:
    """Return how DynamoDB cancels a transaction of so many items because of some of them."""
    code = code or CONFLICT
    reason = {"Code": code, "Message": REASON_CODES.get(code, code)}
    reasons = [reason if number in failed else {"Code": "None"} for number in range(entries)]
    codes = ", ".join(one["Code"] for one in reasons)
    message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    return Worded(CANCELLED, message, 400, {"CancellationReasons": reasons})
