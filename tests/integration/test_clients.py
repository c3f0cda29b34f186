"""Clients of all kinds on one stream that is resharded under them: nothing lost, doubled or out of order."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from bootstrap.target import Target
from tailrace.control import Installation
from tailrace.testing.eventually import eventually
from tailrace.testing.faults import Faults
from tests.frame.run import Run
from tests.integration import clients
from tests.integration.clients import FOLDER, Client
from tests.integration.mapping_rig import Rig

if TYPE_CHECKING:
    from types_boto3_kinesis.type_defs import PutRecordsRequestEntryTypeDef

pytestmark = pytest.mark.emulator_only
SHARES = {"boto3": 8000, "js": 6000, "aio": 4000, "cli": 2000}
"""Events of each client: 20,000 in all."""
KEYS = 23
BATCH = 500


@pytest.fixture
def rig(target: Target, run: Run) -> Iterator[Rig]:
    """Give a function, and a stream's name, of this test's own."""
    with Rig(target, run.prefix) as made:
        yield made


class Event(NamedTuple):
    """One event: who wrote it, which of his it is, and its key."""

    name: str
    key: str

    @classmethod
    def of(cls, client: str, number: int) -> "Event":
        """Give a client's event of this number."""
        return cls(f"{client}-{number}", f"{client}-k{number % KEYS}")

    def entry(self) -> "PutRecordsRequestEntryTypeDef":
        """Give it as PutRecords takes it."""
        return {"Data": json.dumps(self._asdict()), "PartitionKey": self.key}


def faults(names: Iterable[str]) -> dict[str, list[str]]:
    """Compare what arrived, in its order, with what was written: what is lost, doubled, and out of order."""
    arrived = list(names)
    counted = Counter(arrived)
    written = {Event.of(client, number).name for client, count in SHARES.items() for number in range(count)}
    orders: dict[str, list[int]] = {}
    for name in arrived:
        client, _, number = name.partition("-")
        orders.setdefault(Event.of(client, int(number)).key, []).append(int(number))
    return {
        "lost": sorted(written - counted.keys()),
        "doubled": sorted(name for name, times in counted.items() if times > 1),
        "disordered": [
            f"{key}: {later} after {earlier}"
            for key, numbers in orders.items()
            for earlier, later in pairwise(numbers)
            if later < earlier
        ],
    }


NO_FAULTS: dict[str, list[str]] = {"lost": [], "doubled": [], "disordered": []}


def test_the_ledger_sees_each_fault() -> None:
    """One event less, one twice, and two exchanged are told by name."""
    whole = [Event.of(client, number).name for client, count in SHARES.items() for number in range(count)]
    assert faults(whole) == NO_FAULTS
    assert faults(whole[1:])["lost"] == ["boto3-0"]
    assert faults([*whole, "js-5999"])["doubled"] == ["js-5999"]
    whole[0], whole[KEYS] = whole[KEYS], whole[0]
    assert faults(whole)["disordered"] == [f"boto3-k0: 0 after {KEYS}"]


def put_by_boto3(rig: Rig) -> None:
    """Put boto3's events."""
    for start in range(0, SHARES["boto3"], BATCH):
        numbers = range(start, min(start + BATCH, SHARES["boto3"]))
        entries = [Event.of("boto3", number).entry() for number in numbers]
        assert rig.kinesis.put_records(StreamName=rig.name, Records=entries)["FailedRecordCount"] == 0


class Cli:
    """The AWS CLI."""

    def __init__(self, run: Run, rig: Rig, folder: Path) -> None:
        self._environ = clients.environ_of(run, rig.target)
        self._rig = rig
        self._folder = folder

    def __call__(self, *arguments: str) -> Any:  # noqa: ANN401  as the API answers
        """Call an operation of Kinesis; returns what it answers, None if it is refused as out of place."""
        command = [sys.executable, "-m", "awscli", "kinesis", *arguments, "--output", "json"]
        done = subprocess.run(command, env=self._environ, capture_output=True, text=True, check=False)
        if "ResourceInUseException" in done.stderr:
            return None
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def put(self, numbers: Iterable[int]) -> None:
        """Put events of the CLI's."""
        file = self._folder / "entries.json"
        entries = [Event.of("cli", number).entry() for number in numbers]
        file.write_text(json.dumps({"StreamName": self._rig.name, "Records": entries}))
        raw = ("--cli-binary-format", "raw-in-base64-out")
        answer = self("put-records", "--cli-input-json", file.as_uri(), *self._if_known(raw))
        assert answer["FailedRecordCount"] == 0

    def resize(self) -> None:
        """Have one shard more than there are, whoever splits and merges meanwhile."""
        name = ("--stream-name", self._rig.name)

        def resized() -> bool:
            summary = self("describe-stream-summary", *name)["StreamDescriptionSummary"]
            target = str(summary["OpenShardCount"] + 1)
            asked = ("--target-shard-count", target, "--scaling-type", "UNIFORM_SCALING")
            return self("update-shard-count", *name, *asked) is not None

        eventually(resized, within=60, what="UpdateShardCount")

    def _if_known(self, option: tuple[str, str]) -> tuple[str, ...]:
        """Give an option of the CLI's second version, where it is that one."""
        shown = subprocess.run(
            [sys.executable, "-m", "awscli", "--version"], capture_output=True, text=True, check=True
        )
        return option if "aws-cli/2" in shown.stdout else ()


def test_four_clients_reshard_a_stream_under_traffic(
    rig: Rig, run: Run, installation: Installation, tmp_path: Path
) -> None:
    """20,000 events of four clients, a split, a merge, a new count; a mapping with factor 3, a consumer."""
    python, (node, modules) = clients.python_with_aiobotocore(), clients.node(installation)
    environ = clients.environ_of(run, rig.target)
    rig.make_mapping(rig.make_stream(shards=2), ParallelizationFactor=3, BatchSize=200)
    of_async = (python, FOLDER / "async_client.py")
    of_node = {**environ, "NODE_PATH": str(modules)}
    with (
        Client(environ, *of_async, "consume", rig.name, str(sum(SHARES.values()))) as consumer,
        Client(environ, *of_async, "write", rig.name, "aio", str(SHARES["aio"])) as by_aio,
        Client(of_node, node, FOLDER / "client.cjs", "write", rig.name, "js", str(SHARES["js"])) as by_js,
    ):
        cli = Cli(run, rig, tmp_path)
        cli.put(range(500))
        cli.resize()
        put_by_boto3(rig)
        for start in (500, 1000, 1500):
            cli.put(range(start, start + 500))
        by_aio.ended()
        by_js.ended()
        read = [json.loads(line) for line in consumer.ended()]

    eventually(lambda: _has_come(rig), within=120, every=1, what="every event at the function")
    assert faults(rig.names()) == NO_FAULTS, "the mapping's"
    assert faults(json.loads(data)["name"] for _, _, data in read) == NO_FAULTS, "the consumer's"
    shards = rig.kinesis.list_shards(StreamName=rig.name)["Shards"]
    assert len({shard_id for shard_id, *_ in read}) > 4, "it was read across the reshards"
    assert sum("AdjacentParentShardId" in shard for shard in shards) >= 1, "merged"
    assert sum("ParentShardId" in shard for shard in shards) >= 4, "split, merged and resized"


def _has_come(rig: Rig) -> bool:
    names = rig.names()
    assert len(names) >= sum(SHARES.values()), f"{len(names)} of {sum(SHARES.values())} came"
    return True


@pytest.mark.parametrize("protocol", ["HTTP/2", "HTTP/1.1", "TLS"])
def test_a_javascript_client(rig: Rig, run: Run, installation: Installation, protocol: str) -> None:
    """AWS's SDK for JavaScript puts, reads and subscribes by HTTP/2, its default, by HTTP/1.1, and by TLS.

    A put whose answer is lost is put again, by each.
    """
    node, modules = clients.node(installation)
    arn = rig.make_stream()
    made = rig.kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="app")["Consumer"]
    look = rig.kinesis.describe_stream_consumer
    eventually(
        lambda: look(ConsumerARN=made["ConsumerARN"])["ConsumerDescription"]["ConsumerStatus"] == "ACTIVE",
        within=30,
        what="the consumer",
    )
    environ = {**clients.environ_of(run, rig.target), "NODE_PATH": str(modules)}
    if protocol == "HTTP/1.1":
        environ["HTTP1"] = "1"
    if protocol == "TLS":
        environ["AWS_ENDPOINT_URL"] = environ["AWS_ENDPOINT_URL"].replace("http:", "https:")
        environ["NODE_EXTRA_CA_CERTS"] = str(installation.certificate)
    program = (node, FOLDER / "client.cjs")
    lost = Faults(rig.target.endpoint or "").add("kinesis.PutRecord", resource=rig.name, do="lose", times=1)
    with Client(environ, *program, "one", rig.name, '{"name": 0}') as one:
        assert one.ended() == ['{"name": 0}']
    assert lost.fired == 1
    rig.put({"name": 1}, {"name": 2})
    with Client(environ, *program, "subscribe", made["ConsumerARN"], "5") as subscriber:
        rig.put({"name": 3})
        assert [json.loads(line)["name"] for line in subscriber.ended()] == [0, 0, 1, 2, 3]
