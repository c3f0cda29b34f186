"""What LocalStack finds by entry point."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="logs", name="tailrace")
def tailrace_logs() -> Service:
    """Give LocalStack our CloudWatch Logs."""
    from localstack.services.moto import MotoFallbackDispatcher  # noqa: PLC0415  loaded when first used

    from tailrace.cloudwatch.log_service import TailraceLogs, install  # noqa: PLC0415

    install()
    return Service.for_provider(TailraceLogs(), dispatch_table_factory=MotoFallbackDispatcher)
