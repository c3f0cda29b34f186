"""The services that a streaming pipeline, its deployment and its checks use, in the order of need."""

FIRST = ("kinesis", "lambda", "s3", "logs", "sts")
"""Those that a stream's first record needs on its way: they are there once the emulator is healthy."""
NEEDED = (*FIRST, "cloudformation", "iam", "dynamodb", "cloudwatch", "sqs", "sns", "events")
CONNECTOR = "localstack.utils.kinesis.kinesis_connector"
"""A module of LocalStack's that imports a Java program's package, which is not installed."""
CONNECTED = ("KinesisProcessorThread", "listen_to_kinesis")
"""What its services import of it."""
