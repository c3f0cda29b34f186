"""Makes all that the meters need by AWS's API, one call after the other."""

import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

PROGRAM = Path(__file__).parent / "build" / "bootstrap"
STREAM, QUEUE, FUNCTION = "meter-readings", "meter-readings-given-up", "meters"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
READS = "arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole"


class Deployed(NamedTuple):
    """What was made."""

    stream: str  # its name
    given_up: str  # the queue's address


def deploy(client: Callable[[str], Any]) -> Deployed:
    """Make all of it, with clients as boto3 makes them."""
    kinesis, sqs = client("kinesis"), client("sqs")
    kinesis.create_stream(StreamName=STREAM, ShardCount=2)
    kinesis.get_waiter("stream_exists").wait(StreamName=STREAM, WaiterConfig={"Delay": 1})
    queue = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    stream = kinesis.describe_stream_summary(StreamName=STREAM)["StreamDescriptionSummary"]["StreamARN"]
    given_up = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    functions = client("lambda")
    functions.create_function(
        FunctionName=FUNCTION,
        Runtime="provided.al2023",
        Handler="bootstrap",
        Role=_role(client("iam"), given_up),
        Timeout=1,
        Code={"ZipFile": _packed()},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=FUNCTION, WaiterConfig={"Delay": 1})
    functions.create_event_source_mapping(
        FunctionName=FUNCTION,
        EventSourceArn=stream,
        StartingPosition="TRIM_HORIZON",
        BatchSize=20,
        MaximumRetryAttempts=1,
        BisectBatchOnFunctionError=True,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        DestinationConfig={"OnFailure": {"Destination": given_up}},
    )
    return Deployed(STREAM, queue)


def _role(iam: Any, given_up: str) -> str:  # noqa: ANN401  boto3 makes its clients' types at run time
    role = iam.create_role(RoleName=FUNCTION, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.attach_role_policy(RoleName=FUNCTION, PolicyArn=READS)
    sends = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": given_up}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [sends]})
    iam.put_role_policy(RoleName=FUNCTION, PolicyName="give-up", PolicyDocument=policy)
    return str(role)


def _packed() -> bytes:
    packed, bootstrap = io.BytesIO(), zipfile.ZipInfo("bootstrap")
    bootstrap.external_attr = (stat.S_IFREG | 0o755) << 16  # without its mode it could not be executed
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(bootstrap, PROGRAM.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
