"""What LocalStack finds by entry point. `PROVIDER_OVERRIDE_KINESIS=tailrace` picks this provider."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="kinesis", name="tailrace")
def tailrace_kinesis() -> Service:
    """Give LocalStack the engine of this process as its Kinesis."""
    from tailrace.kinesis.provider import KinesisProvider  # noqa: PLC0415  loaded when first used

    return Service.for_provider(KinesisProvider(), dispatch_table_factory=KinesisProvider.dispatch_table)
