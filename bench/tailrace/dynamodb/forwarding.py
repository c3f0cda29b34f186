"""What LocalStack asks of DynamoDB Local, it asks of the home, in this process."""

from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from localstack.aws.connect import connect_to
from localstack.aws.forwarder import AwsRequestProxy
from localstack.http import Response
from localstack.services.dynamodb.utils import ItemFinder, get_ddb_access_key
from urllib3 import HTTPResponse

from tailrace.seams import replace

from . import rules
from .home import Home
from .outside import AllThere, Asked

type Foreign = Any
"""LocalStack's objects: it ships no types."""
JSON_TYPE = {"Content-Type": "application/x-amz-json-1.0"}


class HomeForwarding:
    """Takes requests where LocalStack would forward them to DynamoDB Local."""

    def __init__(self, home: Home | AllThere) -> None:
        self._home = home

    def proxy(self, url: str) -> AwsRequestProxy:
        """Return what LocalStack forwards a request by."""
        proxy = AwsRequestProxy(url)
        proxy.proxy = self
        return proxy

    def forward(self, request: Foreign, forward_path: str = "", headers: object = None) -> Response:
        """Answer a request that LocalStack forwards."""
        del forward_path, headers
        status, body = self._answer(request.headers, request.get_data())
        return Response(body, status, JSON_TYPE)

    def client(self, account_id: str, region_name: str, endpoint_url: str) -> Foreign:
        """Return a client; LocalStack reads by it what an item was before and after a write."""
        space = get_ddb_access_key(account_id, region_name)
        found = connect_to(aws_access_key_id=space, region_name=region_name, endpoint_url=endpoint_url)
        found.dynamodb.meta.events.register("before-send.dynamodb", self._send, unique_id="tailrace")
        return found.dynamodb

    def install(self) -> None:
        """Let LocalStack's own clients of DynamoDB Local be ours."""
        replace(ItemFinder, "get_ddb_local_client", self.client)

    def _send(self, request: Foreign, **rest: object) -> AWSResponse:
        """Answer what a client would send."""
        del rest
        named = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        status, body = self._answer(named, request.body)
        raw = HTTPResponse(BytesIO(body), preload_content=False)
        return AWSResponse(request.url, status, HTTPHeaders.from_dict(JSON_TYPE), raw)

    def _answer(self, headers: Foreign, body: bytes) -> tuple[int, bytes]:
        authorization = headers.get("Authorization", "")
        operation = headers.get("X-Amz-Target", "").removeprefix(rules.PREFIX)
        answer = self._home.ask(Asked(rules.space(authorization), operation, body, authorization))
        return answer.status, answer.body
