"""The same requests to tables in memory and to a DynamoDB Local, whose answers have to be equal."""

import http.client
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tailrace.control import Installation, processes
from tailrace.dynamodb.java import HOST, DynamoDBLocal, scratch
from tailrace.dynamodb.tables.numbers import number
from tailrace.dynamodb.tables.tables import Tables
from tailrace.dynamodb.tables.unsure import UnsureError

type Said = tuple[int, Any]
VOLATILE = {"CreationDateTime", "LastUpdateToPayPerRequestDateTime", "LatestStreamLabel", "LatestStreamArn"}
"""When things happened, and what is named by it."""
NAMED = {"ConsumedCapacity": "TableName", "GlobalSecondaryIndexes": "IndexName"}
"""Lists whose order says nothing, by what their members are sorted by to be compared."""
PATIENCE = 60.0


class Local:
    """A DynamoDB Local of the tests' own."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)

    def ask(self, space: str, operation: str, body: bytes) -> Said:
        """Send a request as an access key, which has tables of its own, and return status and answer."""
        signed = f"AWS4-HMAC-SHA256 Credential={space}/20260101/us-east-1/dynamodb/aws4_request"
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
            "Authorization": f"{signed}, SignedHeaders=host, Signature=0",
        }
        self._connection.request("POST", "/", body, headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@contextmanager
def started(installation: Installation, folder: Path) -> Iterator[Local]:
    """Start a DynamoDB Local on a free port, and end it."""
    ours, port = DynamoDBLocal(installation.java, installation.home), processes.free_port()
    flags = (*ours.with_cache(), "-Xlog:disable", *scratch(str(folder)))
    with subprocess.Popen(ours.command(port, *flags), env=ours.environment()) as program:
        try:
            with closing(_ready(program, port)) as local:
                yield local
        finally:
            program.kill()


def _ready(program: "subprocess.Popen[bytes]", port: int) -> Local:
    deadline = time.monotonic() + PATIENCE
    while program.poll() is None:
        local = Local(port)
        try:
            local.ask("ready", "ListTables", b"{}")
        except ConnectionRefusedError:
            local.close()
            assert time.monotonic() < deadline, f"Timed out after {PATIENCE} s waiting for DynamoDB Local"
        else:
            return local
    raise AssertionError(f"DynamoDB Local ended with {program.returncode} before it answered")


class Both:
    """Tables in memory and a DynamoDB Local, asked the same."""

    def __init__(self, local: Local, space: str) -> None:
        self.tables, self._local, self._space = Tables(), local, space
        self.asked = 0
        self.unsure: list[str] = []

    def ask(self, operation: str, request: dict[str, Any], **also: Any) -> Any:  # noqa: ANN401  as JSON is
        """Return what both answer. Fails where they differ; None if the tables are not sure."""
        request = {**request, **also}
        answers = self.each(operation, request)
        if answers is None:
            return None
        ours, theirs = answers
        assert (ours[0], comparable(ours[1])) == (theirs[0], comparable(theirs[1])), f"{operation} {request}"
        return ours[1]

    def each(self, operation: str, request: dict[str, Any]) -> tuple[Said, Said] | None:
        """Return what the tables answer, and what DynamoDB Local; None, and neither asked, if not sure."""
        body = json.dumps(request).encode()
        self.asked += 1
        try:
            ours = self.tables.answer(self._space, operation, body, time.time())
        except UnsureError as unsure:
            self.unsure.append(f"{operation}: {unsure}")
            return None
        status, said = self._local.ask(self._space, operation, body)
        if operation == "DeleteItem" and request.get("ReturnConsumedCapacity", "NONE") == "NONE":
            said.pop(
                "ConsumedCapacity", None
            )  # DynamoDB Local tells it of an item that is not there; AWS does not
        own = json.loads(ours.body)
        if operation == "TransactWriteItems":  # counted as AWS does, not as DynamoDB Local
            for each in (own, said):
                each.pop("ConsumedCapacity", None)
        return (ours.status, own), (status, said)

    def pages(self, operation: str, request: dict[str, Any]) -> tuple[list[Any], ...] | None:
        """Return the items of all pages, of the tables and of DynamoDB Local, each paged by its own keys."""
        found = []
        for ask in (self._ours, self._theirs):
            items: list[Any] = []
            start: dict[str, Any] = {}
            while True:
                said = ask(operation, {**request, **start})
                if said is None:
                    return None
                items += comparable(said["Items"])
                if "LastEvaluatedKey" not in said:
                    break
                start = {"ExclusiveStartKey": said["LastEvaluatedKey"]}
            found.append(items)
        return tuple(found)

    def _ours(self, operation: str, request: dict[str, Any]) -> Any:  # noqa: ANN401  as JSON is
        self.asked += 1
        try:
            answer = self.tables.answer(self._space, operation, json.dumps(request).encode(), time.time())
        except UnsureError as unsure:
            self.unsure.append(f"{operation}: {unsure}")
            return None
        assert answer.status == 200, answer
        return json.loads(answer.body)

    def _theirs(self, operation: str, request: dict[str, Any]) -> Any:  # noqa: ANN401  as JSON is
        status, said = self._local.ask(self._space, operation, json.dumps(request).encode())
        assert status == 200, said
        return said


def comparable(said: Any) -> Any:  # noqa: ANN401  as JSON is
    """Return an answer without what differs from one moment to the next, and lists in one order."""
    if isinstance(said, list):
        return [comparable(each) for each in said]
    if not isinstance(said, dict):
        return said
    if isinstance(said.get("N"), str):
        return {"N": number(said["N"])}  # DynamoDB Local leaves zeros that say nothing, such as of 2.5 + 2.5
    if isinstance(said.get("NS"), list):
        return {"NS": [number(each) for each in said["NS"]]}  # within lists and maps
    found = {name: comparable(each) for name, each in said.items() if name not in VOLATILE}
    for name, by in NAMED.items():
        if isinstance(found.get(name), list):
            found[name].sort(key=lambda each: each[by])
    if isinstance(found.get("Responses"), dict):  # of a batch
        found["Responses"] = {table: in_order(items) for table, items in found["Responses"].items()}
    return found


def in_order(items: list[Any]) -> list[Any]:
    """Return items in an order that is the same for the same items."""
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
