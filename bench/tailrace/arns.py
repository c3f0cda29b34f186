"""An ARN taken apart: the one place that knows how AWS's services spell the names of their things.

A resource is spelled in one of a few ways, and its parts are named by its service:

kinesis   stream/NAME                       lambda  function:NAME[:QUALIFIER]
          stream/NAME/consumer/NAME:CREATED         event-source-mapping:UUID, layer:NAME[:VERSION]
dynamodb  table/NAME[/stream/LABEL]         logs    log-group:NAME[:*], log-group:NAME:log-stream:NAME
          table/NAME/index/NAME             events  rule/[BUS/]NAME, event-bus/NAME
iam, sts  role/[PATH/]NAME                  sqs     NAME
s3        BUCKET[/KEY]                      sns     TOPIC[:SUBSCRIPTION]
others    KIND/NAME or KIND:NAME
"""

from typing import NamedTuple

_FIELDS = 6
_PLAIN = {"sqs", "sns", "s3"}  # their resources begin with the name, without a kind
_LAST = {("iam", "role"), ("iam", "user"), ("iam", "policy"), ("iam", "instance-profile"), ("events", "rule")}
"""What may have a path, or the name of a bus, before its name."""


class NotAnArn(ValueError):  # noqa: N818  an answer, not a fault
    """A text that is no ARN."""


class Arn(NamedTuple):
    """An ARN: its fields as they stand, and what the resource's own parts mean.

    >>> stream = Arn.of("arn:aws:kinesis:eu-west-1:123456789012:stream/clicks/consumer/app:1700000000")
    >>> stream.service, stream.region, stream.account, stream.kind, stream.name, stream.consumer
    ('kinesis', 'eu-west-1', '123456789012', 'stream', 'clicks', 'app')
    >>> Arn.of("arn:aws:lambda:us-east-1:000000000000:function:f:live").qualifier
    'live'
    >>> Arn.of("arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f:*").name
    '/aws/lambda/f'
    """

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def of(cls, text: str) -> "Arn":
        """Take an ARN apart. Raises NotAnArn, with a sentence."""
        fields = text.split(":", _FIELDS - 1)
        if len(fields) < _FIELDS or fields[0] != "arn" or not all((fields[1], fields[2], fields[5])):
            raise NotAnArn(f"{text!r} is not an ARN: expected arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE")
        return cls(*fields[1:])

    @classmethod
    def maybe(cls, text: object) -> "Arn | None":
        """Take an ARN apart; None if it is none (a plain name, a URL, nothing)."""
        try:
            return cls.of(text) if isinstance(text, str) else None
        except NotAnArn:
            return None

    def __str__(self) -> str:
        return ":".join(("arn", *self))

    @property
    def kind(self) -> str:
        """What it is: `stream`, `function`, `table`, `log-group`, …; empty where its service has one kind."""
        return "" if self.service in _PLAIN else self._split()[0]

    @property
    def name(self) -> str:
        """The thing's own name, without path, qualifier, label, key or what belongs to it."""
        _, rest = self._split()
        if self.service == "s3":
            return rest.partition("/")[0]
        if (self.service, self.kind) in _LAST:
            return rest.rpartition("/")[2]
        if self.service in {"kinesis", "dynamodb", "cloudformation"}:
            return rest.partition("/")[0]
        if self.service in {"lambda", "logs", "sns"}:
            return rest.partition(":")[0]
        return rest

    @property
    def qualifier(self) -> str:
        """A function's version or alias, a layer's version; empty if there is none."""
        return self._split()[1].partition(":")[2] if self.service == "lambda" else ""

    @property
    def consumer(self) -> str:
        """The name of a stream's consumer; empty if it is the stream itself."""
        return self._part("kinesis", "consumer").partition(":")[0]

    @property
    def created(self) -> str:
        """When a stream's consumer was made, in epoch seconds, as its ARN says; empty if there is none."""
        return self._part("kinesis", "consumer").partition(":")[2]

    @property
    def stream_label(self) -> str:
        """The label of a table's stream; empty if it is the table itself."""
        return self._part("dynamodb", "stream")

    @property
    def index_name(self) -> str:
        """The name of a table's index; empty if it is the table itself."""
        return self._part("dynamodb", "index")

    @property
    def parent(self) -> "Arn":
        """The ARN of what it belongs to: a consumer's stream, a version's function, an index's table."""
        kind, rest = self._split()
        if self.service in {"kinesis", "dynamodb"}:
            return self._replace(resource=f"{kind}/{rest.partition('/')[0]}")
        if self.service in {"lambda", "logs"}:
            return self._replace(resource=f"{kind}:{rest.partition(':')[0]}")
        return self

    def _split(self) -> tuple[str, str]:
        if self.service in _PLAIN:
            return "", self.resource
        at = min((found for mark in ":/" if (found := self.resource.find(mark)) >= 0), default=-1)
        return ("", self.resource) if at < 0 else (self.resource[:at], self.resource[at + 1 :])

    def _part(self, service: str, kind: str) -> str:
        parts = self.resource.split("/", 3)
        return parts[3] if self.service == service and len(parts) > 3 and parts[2] == kind else ""  # noqa: PLR2004


def named(text: str) -> str:
    """Return the name of what a request names by its name or by its ARN.

    >>> named("clicks"), named("arn:aws:kinesis:us-east-1:000000000000:stream/clicks")
    ('clicks', 'clicks')
    """
    arn = Arn.maybe(text)
    return text if arn is None else arn.name


def partition(region: str) -> str:
    """Give the partition of AWS that a region lies in: `aws`, `aws-cn` or `aws-us-gov`."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
