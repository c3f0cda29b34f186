"""Kinesis by aiobotocore: a writer, and a consumer as the Kinesis Client Library makes one.

    async_client.py write STREAM NAME COUNT     puts so many events, and splits a shard halfway
    async_client.py consume STREAM COUNT        prints each record, until so many have come: a JSON line each

The consumer has two workers. They share the shards by leases in a table, begin a child when its parents are
read to their end, note a checkpoint after each page, and find the children in what the parent's end says.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from aiobotocore.session import get_session
from botocore.exceptions import ClientError

type AioClient = Any  # aiobotocore has no types of its own

KEYS = 23
BATCH = 100
PATIENCE = 60.0
"""Seconds that a reshard may be refused because another one is under way."""
END = "SHARD_END"
HORIZON = "TRIM_HORIZON"


async def pause(seconds: float) -> None:
    """Let the others go on."""
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), seconds)


async def write(kinesis: AioClient, stream: str, name: str, count: int) -> None:
    """Put events, those of a key in order; split the widest shard halfway."""
    for start in range(0, count, BATCH):
        if start <= count // 2 < start + BATCH:
            await split(kinesis, stream)
        entries = []
        for number in range(start, min(start + BATCH, count)):
            key = f"{name}-k{number % KEYS}"
            event = {"name": f"{name}-{number}", "key": key}
            entries.append({"Data": json.dumps(event).encode(), "PartitionKey": key})
        answer = await kinesis.put_records(StreamName=stream, Records=entries)
        assert answer["FailedRecordCount"] == 0, answer


async def split(kinesis: AioClient, stream: str) -> None:
    """Split the widest open shard in its middle; wait while the stream is changed by somebody else."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        listed = (await kinesis.list_shards(StreamName=stream, ShardFilter={"Type": "AT_LATEST"}))["Shards"]
        ranges = [sorted(int(key) for key in shard["HashKeyRange"].values()) for shard in listed]
        start, end = max(ranges, key=lambda keys: keys[1] - keys[0])
        (widest,) = (one for one in listed if one["HashKeyRange"]["StartingHashKey"] == str(start))
        asked = {"ShardToSplit": widest["ShardId"], "NewStartingHashKey": str((start + end) // 2)}
        try:
            await kinesis.split_shard(StreamName=stream, **asked)
        except ClientError as error:
            busy = error.response["Error"]["Code"] in ("ResourceInUseException", "InvalidArgumentException")
            if not busy or asyncio.get_running_loop().time() > deadline:
                raise
            await pause(0.1)
        else:
            return


class Leases:
    """Who reads which shard, and how far: a table, as the Kinesis Client Library has it."""

    def __init__(self, dynamodb: AioClient, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    async def make(self) -> None:
        """Make the table."""
        await self._dynamodb.create_table(
            TableName=self._table,
            KeySchema=[{"AttributeName": "leaseKey", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "leaseKey", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        waiter = self._dynamodb.get_waiter("table_exists")
        await waiter.wait(TableName=self._table, WaiterConfig={"Delay": 1})

    async def remove(self) -> None:
        """Remove it."""
        await self._dynamodb.delete_table(TableName=self._table)

    async def add(self, shard_id: str, parents: Sequence[str]) -> None:
        """Add a shard, unless it is there."""
        item: dict[str, Any] = {
            "leaseKey": {"S": shard_id},
            "checkpoint": {"S": HORIZON},
            "leaseCounter": {"N": "0"},
        }
        if parents:
            item["parentShardId"] = {"SS": sorted(parents)}
        with suppress(self._dynamodb.exceptions.ConditionalCheckFailedException):
            await self._dynamodb.put_item(
                TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(leaseKey)"
            )

    async def take(self, owner: str) -> str | None:
        """Take a shard that nobody reads and whose parents are read to their end; give its id, or None."""
        listed = (await self._dynamodb.scan(TableName=self._table, ConsistentRead=True))["Items"]
        checkpoints = {item["leaseKey"]["S"]: item["checkpoint"]["S"] for item in listed}
        for item in sorted(listed, key=lambda one: one["leaseKey"]["S"]):
            parents = item.get("parentShardId", {}).get("SS", [])
            if "leaseOwner" in item or any(checkpoints.get(parent, END) != END for parent in parents):
                continue
            with suppress(self._dynamodb.exceptions.ConditionalCheckFailedException):
                await self._dynamodb.update_item(
                    TableName=self._table,
                    Key={"leaseKey": item["leaseKey"]},
                    UpdateExpression="SET leaseOwner = :owner ADD leaseCounter :one",
                    ConditionExpression="attribute_not_exists(leaseOwner)",
                    ExpressionAttributeValues={":owner": {"S": owner}, ":one": {"N": "1"}},
                )
                return str(item["leaseKey"]["S"])
        return None

    async def note(self, shard_id: str, owner: str, checkpoint: str) -> None:
        """Note how far a shard is read; fails if another one has its lease."""
        await self._dynamodb.update_item(
            TableName=self._table,
            Key={"leaseKey": {"S": shard_id}},
            UpdateExpression="SET #checkpoint = :checkpoint ADD leaseCounter :one",
            ConditionExpression="leaseOwner = :owner",
            ExpressionAttributeNames={"#checkpoint": "checkpoint"},
            ExpressionAttributeValues={
                ":checkpoint": {"S": checkpoint},
                ":owner": {"S": owner},
                ":one": {"N": "1"},
            },
        )


class Consumer:
    """Two workers on one stream, until so many records have come."""

    def __init__(self, kinesis: AioClient, leases: Leases, stream: str, count: int) -> None:
        self._kinesis = kinesis
        self._leases = leases
        self._stream = stream
        self._wanted = count

    async def run(self) -> None:
        """Read all there is."""
        for shard in (await self._kinesis.list_shards(StreamName=self._stream))["Shards"]:
            parents = [shard.get(name) for name in ("ParentShardId", "AdjacentParentShardId")]
            await self._leases.add(shard["ShardId"], [parent for parent in parents if parent])
        async with asyncio.TaskGroup() as workers:
            for owner in ("worker-1", "worker-2"):
                workers.create_task(self._work(workers, owner))

    async def _work(self, readers: asyncio.TaskGroup, owner: str) -> None:
        while self._wanted > 0:
            shard_id = await self._leases.take(owner)
            if shard_id is None:
                await pause(0.05)
            else:
                readers.create_task(self._read(shard_id, owner))

    async def _read(self, shard_id: str, owner: str) -> None:
        """Read a shard to its end; its children are added before it is noted as read."""
        place = {"StreamName": self._stream, "ShardId": shard_id, "ShardIteratorType": HORIZON}
        iterator = (await self._kinesis.get_shard_iterator(**place))["ShardIterator"]
        while iterator and self._wanted > 0:
            page = await self._kinesis.get_records(ShardIterator=iterator, Limit=1000)
            for record in page["Records"]:
                line = [shard_id, record["SequenceNumber"], record["Data"].decode()]
                print(json.dumps(line))  # noqa: T201  it is a program
            self._wanted -= len(page["Records"])
            iterator = page.get("NextShardIterator")
            if page["Records"]:
                await self._leases.note(shard_id, owner, page["Records"][-1]["SequenceNumber"])
            else:
                await pause(0.05)
            for child in page.get("ChildShards", []):
                await self._leases.add(child["ShardId"], child["ParentShards"])
        if not iterator:
            await self._leases.note(shard_id, owner, END)


async def main(what: str, stream: str, *rest: str) -> None:
    """Write or consume."""
    session = get_session()
    async with session.create_client("kinesis") as kinesis, session.create_client("dynamodb") as dynamodb:
        if what == "write":
            await write(kinesis, stream, rest[0], int(rest[1]))
            return
        leases = Leases(dynamodb, f"{stream}-consumer")
        await leases.make()
        try:
            await Consumer(kinesis, leases, stream, int(rest[0])).run()
        finally:
            await leases.remove()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
