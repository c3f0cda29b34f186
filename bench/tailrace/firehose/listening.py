"""What LocalStack's Firehose calls to read a stream: our reader, in place of its Java program."""

from typing import Any

from localstack.aws.connect import connect_to

from tailrace.clock import CLOCK
from tailrace.firehose.reader import Reader


def listen(  # noqa: PLR0913, PLR0917  LocalStack's signature
    stream_name: str,
    account_id: str,
    region_name: str,
    listener_func: Any,  # noqa: ANN401  LocalStack's, untyped
    ddb_lease_table_suffix: str | None = None,
    wait_until_started: bool = False,  # noqa: FBT001, FBT002  LocalStack's signature
) -> Reader:
    """Read a stream into a function."""
    del ddb_lease_table_suffix, wait_until_started
    kinesis: Any = connect_to(aws_access_key_id=account_id, region_name=region_name).kinesis
    reader = Reader(kinesis, stream_name, listener_func, CLOCK)
    reader.start()
    return reader
