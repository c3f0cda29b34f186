"""What LocalStack loads only when it is asked for does as it did: checksums, signatures, templates."""

import base64
import json
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bootstrap.target import Target
from tests.frame.run import Run

pytestmark = pytest.mark.emulator_only
SIGNED = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


class Inbox(HTTPServer):
    """An HTTP endpoint on this machine that keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Delivery)
        self.received: Queue[dict[str, Any]] = Queue()
        self.url = f"http://127.0.0.1:{self.server_port}"


class Delivery(BaseHTTPRequestHandler):
    """One request to it."""

    server: Inbox

    def do_POST(self) -> None:
        """Keep the body, which is JSON."""
        self.server.received.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """Give such an endpoint."""
    with Inbox() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def topic(target: Target, run: Run) -> Iterator[str]:
    """Give the ARN of a topic."""
    sns = target.client("sns")
    arn = sns.create_topic(Name=f"{run.prefix}-signed")["TopicArn"]
    yield arn
    sns.delete_topic(TopicArn=arn)


@pytest.fixture
def bucket(target: Target, run: Run) -> Iterator[str]:
    """Give a bucket, which is empty in the end."""
    s3, name = target.client("s3"), f"{run.prefix}-sums"
    s3.create_bucket(Bucket=name)
    yield name
    with suppress(ClientError):
        s3.delete_object(Bucket=name, Key="digits")
    s3.delete_bucket(Bucket=name)


def test_what_sns_sends_is_signed(target: Target, topic: str, inbox: Inbox) -> None:
    """By the key of the certificate whose address the message has."""
    sns = target.client("sns")
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=inbox.url)
    message = inbox.received.get(timeout=60)
    path = urlsplit(message["SigningCertURL"]).path
    with urlopen(f"{target.endpoint}{path}", timeout=60) as answer:  # noqa: S310  the emulator's address
        key = x509.load_pem_x509_certificate(answer.read()).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    text = "".join(f"{name}\n{message[name]}\n" for name in SIGNED)
    signature = base64.b64decode(message["Signature"])
    key.verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA1())  # noqa: S303  SNS's first version
    confirmed = sns.confirm_subscription(TopicArn=topic, Token=message["Token"])["SubscriptionArn"]
    sns.unsubscribe(SubscriptionArn=confirmed)


@pytest.mark.parametrize(("algorithm", "checksum"), [("CRC32C", "4waSgw=="), ("CRC64NVME", "rosUhgp5mIg=")])
def test_s3_checks_each_kind_of_checksum(target: Target, bucket: str, algorithm: str, checksum: str) -> None:
    """Nine digits have these sums, by the algorithms' own tables; another sum is refused."""
    s3: Any = target.client("s3")
    name = f"Checksum{algorithm}"
    stored = s3.put_object(Bucket=bucket, Key="digits", Body=b"123456789", **{name: checksum})
    assert stored[name] == checksum
    with pytest.raises(ClientError, match="did not match the calculated checksum"):
        s3.put_object(Bucket=bucket, Key="digits", Body=b"987654321", **{name: checksum})


def test_answers_by_templates(target: Target) -> None:
    """A service that words its answers and errors by templates answers, though no pipeline uses it."""
    client: Any = target.client
    route53 = client("route53")
    assert route53.list_hosted_zones()["HostedZones"] == []
    with pytest.raises(ClientError, match="NoSuchHostedZone"):
        route53.get_hosted_zone(Id="Z0000000")
