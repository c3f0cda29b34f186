"""LocalStack's Firehose: streams are read by our reader, destinations that nothing serves are refused."""

from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.connect import connect_to
from localstack.services.firehose.provider import FirehoseProvider as Theirs
from localstack.utils.kinesis import kinesis_connector

from tailrace.clock import CLOCK
from tailrace.firehose.reader import Reader
from tailrace.seams import replace

NOT_DONE = {
    "redshift_destination_configuration": "Redshift",
    "elasticsearch_destination_configuration": "Elasticsearch",
    "amazonopensearchservice_destination_configuration": "OpenSearch",
    "amazon_open_search_serverless_destination_configuration": "OpenSearch Serverless",
    "splunk_destination_configuration": "Splunk",
    "snowflake_destination_configuration": "Snowflake",
    "iceberg_destination_configuration": "Iceberg",
    "msk_source_configuration": "MSK as a source",
    "database_source_configuration": "a database as a source",
}
"""What LocalStack accepts and does not serve, or serves by programs that it would have to fetch."""


def listen(  # noqa: PLR0913, PLR0917  LocalStack's signature
    stream_name: str,
    account_id: str,
    region_name: str,
    listener_func: Any,  # noqa: ANN401  LocalStack's, untyped
    ddb_lease_table_suffix: str | None = None,
    wait_until_started: bool = False,  # noqa: FBT001, FBT002  LocalStack's signature
) -> Reader:
    """Read a stream into a function, in place of LocalStack's Java program."""
    del ddb_lease_table_suffix, wait_until_started
    kinesis: Any = connect_to(aws_access_key_id=account_id, region_name=region_name).kinesis
    reader = Reader(kinesis, stream_name, listener_func, CLOCK)
    reader.start()
    return reader


class FirehoseProvider(Theirs):
    """Firehose."""

    def __init__(self) -> None:
        replace(kinesis_connector, "listen_to_kinesis", listen)
        super().__init__()

    def create_delivery_stream(self, context: RequestContext, **request: Any) -> Any:  # noqa: ANN401  LocalStack's types
        """Create a delivery stream, unless its records would come to nowhere."""
        for name, sentence in NOT_DONE.items():
            if request.get(name):
                raise CommonServiceException(
                    "InvalidArgumentException",
                    f"Firehose with {sentence}: not done by this emulator. S3 and HTTP endpoints are.",
                    400,
                    sender_fault=True,
                )
        source = request.get("kinesis_stream_source_configuration")
        if source:
            _check_source(context, source["KinesisStreamARN"])
        return super().create_delivery_stream(context, **request)


def _check_source(context: RequestContext, arn: str) -> None:
    """Refuse a stream that is not there: LocalStack would say CREATING_FAILED, without a reason."""
    kinesis = connect_to(aws_access_key_id=context.account_id, region_name=context.region).kinesis
    try:
        kinesis.describe_stream_summary(StreamARN=arn)
    except kinesis.exceptions.ResourceNotFoundException:
        raise CommonServiceException(
            "InvalidArgumentException", f"Kinesis stream {arn} not found.", 400, sender_fault=True
        ) from None
