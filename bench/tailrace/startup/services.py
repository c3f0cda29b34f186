"""The services that a streaming pipeline, its deployment and its checks use, in the order of need."""

NEEDED = (
    "kinesis", "lambda", "s3", "logs", "sts", "cloudformation",
    "iam", "dynamodb", "cloudwatch", "sqs", "sns", "events",
)  # fmt: skip
