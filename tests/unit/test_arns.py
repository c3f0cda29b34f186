"""An ARN taken apart."""

import pytest

from tailrace.arns import Arn, NotAnArn, named

pytestmark = pytest.mark.unit
HERE = "us-east-1:000000000000"


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        (f"arn:aws:kinesis:{HERE}:stream/clicks", "stream", "clicks"),
        (f"arn:aws:kinesis:{HERE}:stream/clicks/consumer/app:1700000000", "stream", "clicks"),
        (f"arn:aws:lambda:{HERE}:function:f", "function", "f"),
        (f"arn:aws:lambda:{HERE}:function:f:$LATEST", "function", "f"),
        (f"arn:aws:lambda:{HERE}:event-source-mapping:0-1-2", "event-source-mapping", "0-1-2"),
        (f"arn:aws:lambda:{HERE}:layer:common:3", "layer", "common"),
        (f"arn:aws:dynamodb:{HERE}:table/results", "table", "results"),
        (f"arn:aws:dynamodb:{HERE}:table/results/stream/2026-01-02T03:04:05.678", "table", "results"),
        (f"arn:aws:dynamodb:{HERE}:table/results/index/by-type", "table", "results"),
        (f"arn:aws:logs:{HERE}:log-group:/aws/lambda/f:*", "log-group", "/aws/lambda/f"),
        (f"arn:aws:logs:{HERE}:log-group:g:log-stream:2026/[1]a", "log-group", "g"),
        (f"arn:aws:sqs:{HERE}:orders.fifo", "", "orders.fifo"),
        (f"arn:aws:sns:{HERE}:alerts:0-1-2", "", "alerts"),
        ("arn:aws:s3:::bucket/a/b", "", "bucket"),
        ("arn:aws:iam::000000000000:role/service-role/reader", "role", "reader"),
        (f"arn:aws:events:{HERE}:rule/bus/nightly", "rule", "nightly"),
        (f"arn:aws:cloudwatch:{HERE}:alarm:too: slow", "alarm", "too: slow"),
        (f"arn:aws:cloudformation:{HERE}:stack/shop/0-1-2", "stack", "shop"),
        (f"arn:aws:kms:{HERE}:key/0-1-2", "key", "0-1-2"),
    ],
)
def test_kind_and_name(text: str, kind: str, name: str) -> None:
    """Each service's way to spell a resource is taken apart, and put together again as it was."""
    arn = Arn.of(text)
    assert (arn.kind, arn.name, str(arn)) == (kind, name, text)


def test_what_belongs_to_it() -> None:
    """Qualifier, consumer, label and index are told apart, and each leads to what it belongs to."""
    version = Arn.of(f"arn:aws:lambda:{HERE}:function:f:live")
    consumer = Arn.of(f"arn:aws:kinesis:{HERE}:stream/clicks/consumer/app:1700000000")
    stream = Arn.of(f"arn:aws:dynamodb:{HERE}:table/results/stream/2026-01-02T03:04:05.678")
    index = Arn.of(f"arn:aws:dynamodb:{HERE}:table/results/index/by-type")
    assert (version.qualifier, str(version.parent)) == ("live", f"arn:aws:lambda:{HERE}:function:f")
    assert (consumer.consumer, consumer.created) == ("app", "1700000000")
    assert str(consumer.parent) == f"arn:aws:kinesis:{HERE}:stream/clicks"
    assert (stream.stream_label, stream.index_name) == ("2026-01-02T03:04:05.678", "")
    assert (index.stream_label, index.index_name) == ("", "by-type")
    assert str(index.parent) == str(stream.parent) == f"arn:aws:dynamodb:{HERE}:table/results"


@pytest.mark.parametrize("text", ["", "clicks", "arn:aws:kinesis", "arn:aws::us-east-1:0:x", "a:b:c:d:e:f"])
def test_no_arn(text: str) -> None:
    """What is no ARN is refused with a sentence, or none where a name may stand as well."""
    with pytest.raises(NotAnArn, match="is not an ARN: expected arn:PARTITION:SERVICE:REGION:ACCOUNT:RES"):
        Arn.of(text)
    assert Arn.maybe(text) is None
    assert named(text) == text
