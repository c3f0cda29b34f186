"""A pipeline whose handler can be broken and fixed, and the commands of `aftermath` run on it."""

import os
import subprocess
from pathlib import Path

from bootstrap import measures
from tailrace.testing.eventually import eventually
from tests.frame import forking
from tests.frame.pipeline import Pipeline
from tests.frame.run import Run, naming

ROOT = Path(__file__).resolve().parent.parent.parent

# While an item of its ledger says that it is broken, a record that says so makes analytics fail, or the
# function: at its very begin, before anything is settled, or after everything is.
BROKEN = {"pk": {"S": "broken"}, "sk": {"S": "broken"}}
BREAKABLE = f"""
import os
from base64 import b64decode

import boto3

from handler import original

healthy, settle = original.analyse, original.settle
ledger, table = boto3.client("dynamodb"), os.environ["LEDGER_TABLE"]


def broken():
    asked = {{table: {{"Keys": [{BROKEN}], "ConsistentRead": True}}}}
    return ledger.batch_get_item(RequestItems=asked)["Responses"][table] != []


def analyse(event):
    if event.get("fail") == "analytics" and broken():
        raise ValueError("as the event asks")
    return healthy(event)


def fail(records, word):
    asked = b'"fail": "' + word + b'"'
    if any(asked in b64decode(record) for record in records) and broken():
        raise RuntimeError("as the record asks")


def settle_or_fail(records, *rest):
    fail([record.data for record in records], b"before")
    return settle(records, *rest)


original.analyse, original.settle = analyse, settle_or_fail


def lambda_handler(event, context):
    data = [record["kinesis"]["data"] for record in event["Records"]]
    fail(data, b"begin")
    answer = original.lambda_handler(event, context)
    fail(data, b"after")
    return answer
"""


class Bench:
    """One pipeline, and what a user does with it afterwards."""

    def __init__(self, run: Run, pipeline: Pipeline) -> None:
        self._run = run
        self.pipeline = pipeline

    def command(
        self, name: str, *, package: str = "aftermath", **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `python -m aftermath NAME` with settings; `package` is another with commands."""
        with self.begin(name, package=package, **settings) as process:
            try:
                out, complaints = process.communicate(timeout=300)
            except BaseException:
                process.kill()
                raise
        return subprocess.CompletedProcess(process.args, process.returncode, out, complaints)

    def begin(self, name: str, *, package: str = "aftermath", **settings: str) -> subprocess.Popen[str]:
        """Begin to run it, without waiting for its end."""
        target = self.pipeline.target
        environ = {
            **self._run.environ,
            "PATH": os.environ["PATH"],
            "HOME": str(self._run.folder),
            "STACK": self.pipeline.stack.name,
            "YES": "1",
            **naming(target.endpoint),
            **settings,
        }
        words = [*forking.python(), "-m", package, *([name] if name else [])]
        pipe = subprocess.PIPE
        return subprocess.Popen(words, cwd=ROOT, env=environ, stdout=pipe, stderr=pipe, text=True)

    def broken(self, *, now: bool) -> None:
        """Break the handler, or fix it."""
        table = self.pipeline["LedgerTableName"]
        if now:
            self.pipeline.dynamodb.put_item(TableName=table, Item=BROKEN)
        else:
            self.pipeline.dynamodb.delete_item(TableName=table, Key=BROKEN)

    def depth(self, output: str) -> int:
        """Count the messages of a queue."""
        return measures.depth(self.pipeline.sqs, self.pipeline[output])

    def wait_for(self, output: str, count: int) -> None:
        """Wait until a queue has so many messages."""

        def there() -> bool:
            """Have all messages in the queue."""
            found = self.depth(output)
            assert found == count, f"{found} of {count} messages in {output}"
            return True

        eventually(there, within=60 * self.pipeline.patience)

    def empty(self) -> None:
        """Empty both queues."""
        self.pipeline.quarantined()
        self.pipeline.dead_letters()
