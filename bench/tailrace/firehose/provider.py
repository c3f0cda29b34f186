"""LocalStack's Firehose: streams are read by our reader, destinations that nothing serves are refused."""

from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.connect import connect_to
from localstack.services.firehose.provider import FirehoseProvider as Theirs

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


class FirehoseProvider(Theirs):
    """Firehose."""

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
