"""The services that a streaming pipeline, its deployment and its checks use, in the order of need."""

NEEDED = (
    "dynamodb", "cloudformation", "sts", "s3", "iam", "lambda",
    "logs", "cloudwatch", "sqs", "kinesis", "sns", "events",
)  # fmt: skip
