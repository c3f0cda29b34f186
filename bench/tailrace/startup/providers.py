"""Services of LocalStack's that are ours or a subclass of its own: `PROVIDER_OVERRIDE_<SERVICE>=tailrace`.

LocalStack loads this file early, so each function imports what it gives when it is called.
"""

from pathlib import Path

from localstack.services.plugins import Service, aws_provider

from tailrace.seams import replace


@aws_provider(api="s3", name="tailrace")
def tailrace_s3() -> Service:
    """Give LocalStack its own S3, with large objects below the emulator's folder for what passes.

    LocalStack's folder is `/tmp/localstack-s3-storage` for every emulator of a machine: a second user cannot
    make a bucket, and two emulators take each other's buckets of the same name away.
    """
    from localstack import config  # noqa: PLC0415
    from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore  # noqa: PLC0415

    from tailrace.startup.s3 import S3Provider  # noqa: PLC0415

    return Service.for_provider(S3Provider(EphemeralS3ObjectStore(str(Path(config.dirs.tmp) / "s3"))))


@aws_provider(api="iam", name="tailrace")
def tailrace_iam() -> Service:
    """Give LocalStack its own IAM, whose managed policies come when they are asked for."""
    from tailrace.startup.iam import IamProvider  # noqa: PLC0415

    return Service.for_provider(IamProvider())


@aws_provider(api="dynamodb", name="tailrace")
def tailrace_dynamodb() -> Service:
    """Give LocalStack its own DynamoDB, in front of our tables and DynamoDB Local."""
    from localstack.aws.forwarder import ForwardingFallbackDispatcher  # noqa: PLC0415

    from tailrace.dynamodb.provider import DynamoDBProvider  # noqa: PLC0415

    def table(provider: DynamoDBProvider) -> ForwardingFallbackDispatcher:
        return ForwardingFallbackDispatcher(provider, lambda context, _: provider.forward_request(context))

    return Service.for_provider(DynamoDBProvider(), dispatch_table_factory=table)


@aws_provider(api="cloudformation", name="tailrace")
def tailrace_cloudformation() -> Service:
    """Give LocalStack its own CloudFormation, with our way of carrying out change sets."""
    from tailrace.cloudformation.provider import CloudFormationProvider  # noqa: PLC0415

    return Service.for_provider(CloudFormationProvider())


@aws_provider(api="lambda", name="tailrace")
def tailrace_lambda() -> Service:
    """Give LocalStack its own Lambda, with what it leaves out."""
    from tailrace.functions.provider import LambdaProvider  # noqa: PLC0415

    return Service.for_provider(LambdaProvider())


@aws_provider(api="cloudwatch", name="tailrace")
def tailrace_cloudwatch() -> Service:
    """Give LocalStack its own CloudWatch."""
    from tailrace.cloudwatch.provider import CloudWatchProvider  # noqa: PLC0415

    return Service.for_provider(CloudWatchProvider())


@aws_provider(api="kms", name="tailrace")
def tailrace_kms() -> Service:
    """Give LocalStack its own KMS, which knows the keys of all AWS services that a pipeline uses."""
    from localstack.services.kms import provider  # noqa: PLC0415

    usual = provider.RESERVED_ALIASES
    more = (f"alias/aws/{service}" for service in ("kinesis", "logs", "sns", "sqs"))
    replace(provider, "RESERVED_ALIASES", [*usual, *(alias for alias in more if alias not in usual)])
    return Service.for_provider(provider.KmsProvider())


@aws_provider(api="events", name="tailrace")
def tailrace_events() -> Service:
    """Give LocalStack its own EventBridge, with targets served our way."""
    from tailrace.eventbridge.provider import EventsProvider  # noqa: PLC0415

    return Service.for_provider(EventsProvider())


@aws_provider(api="firehose", name="tailrace")
def tailrace_firehose() -> Service:
    """Give LocalStack its own Firehose, which reads streams by our reader."""
    from tailrace.firehose.provider import FirehoseProvider  # noqa: PLC0415

    return Service.for_provider(FirehoseProvider())


@aws_provider(api="kinesis", name="tailrace")
def tailrace_kinesis() -> Service:
    """Give LocalStack the engine of this process as its Kinesis."""
    from tailrace.kinesis.provider import KinesisProvider  # noqa: PLC0415  loaded when first used

    return Service.for_provider(KinesisProvider(), dispatch_table_factory=KinesisProvider.dispatch_table)


@aws_provider(api="sqs", name="tailrace")
def tailrace_sqs() -> Service:
    """Give LocalStack its own SQS, with its metrics put straight into our CloudWatch."""
    from localstack.services.sqs.provider import SqsProvider  # noqa: PLC0415

    from tailrace.cloudwatch import queue_measures  # noqa: PLC0415

    queue_measures.install()
    return Service.for_provider(SqsProvider())


@aws_provider(api="logs", name="tailrace")
def tailrace_logs() -> Service:
    """Give LocalStack our CloudWatch Logs."""
    from localstack.services.moto import MotoFallbackDispatcher  # noqa: PLC0415  loaded when first used

    from tailrace.cloudwatch.log_service import TailraceLogs, install  # noqa: PLC0415

    install()
    return Service.for_provider(TailraceLogs(), dispatch_table_factory=MotoFallbackDispatcher)
