// Kinesis by AWS's SDK for JavaScript with its defaults: over HTTP/2; with HTTP1=1 over HTTP/1.1.
//
//     client.cjs one STREAM DATA             puts one record and reads it, and prints what it read
//     client.cjs write STREAM NAME COUNT     puts so many events, and merges two shards halfway
//     client.cjs subscribe CONSUMER COUNT    prints the data of so many records of the first shard, as a consumer
//     client.cjs follow CONSUMER             prints the data of its records, `subscribed` and `ended`, and subscribes
//                                            again after what it has seen whenever a subscription ends
const {
    GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand, MergeShardsCommand,
    PutRecordCommand, PutRecordsCommand, SubscribeToShardCommand,
} = require("@aws-sdk/client-kinesis");
const { NodeHttpHandler } = require("@smithy/node-http-handler");

const KEYS = 23, BATCH = 100, PATIENCE = 60_000;
const kinesis = new KinesisClient({
    endpoint: process.env.AWS_ENDPOINT_URL, ...(process.env.HTTP1 && { requestHandler: new NodeHttpHandler() }),
});

async function one(StreamName, data) {
    const put = await kinesis.send(
        new PutRecordCommand({ StreamName, Data: Buffer.from(data), PartitionKey: "a" }));
    const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand({
        StreamName, ShardId: put.ShardId, ShardIteratorType: "AT_SEQUENCE_NUMBER",
        StartingSequenceNumber: put.SequenceNumber,
    }));
    const { Records } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
    console.log(Buffer.from(Records[0].Data).toString());
}

async function write(StreamName, name, count) {
    for (let start = 0; start < count; start += BATCH) {
        if (start <= count / 2 && count / 2 < start + BATCH) await merge(StreamName);
        const Records = [];
        for (let number = start; number < Math.min(start + BATCH, count); number++) {
            const key = `${name}-k${number % KEYS}`;
            Records.push({ Data: Buffer.from(JSON.stringify({ name: `${name}-${number}`, key })), PartitionKey: key });
        }
        const answer = await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
        if (answer.FailedRecordCount !== 0) throw new Error(`${answer.FailedRecordCount} records failed`);
    }
}

// Merge the two narrowest neighbours; wait while the stream is changed by somebody else.
async function merge(StreamName) {
    for (const deadline = Date.now() + PATIENCE; ;) {
        const { Shards } = await kinesis.send(
            new ListShardsCommand({ StreamName, ShardFilter: { Type: "AT_LATEST" } }));
        const start = shard => BigInt(shard.HashKeyRange.StartingHashKey);
        Shards.sort((one, other) => (start(one) < start(other) ? -1 : 1));
        try {
            await kinesis.send(new MergeShardsCommand({
                StreamName, ShardToMerge: Shards[0].ShardId, AdjacentShardToMerge: Shards[1].ShardId,
            }));
            return;
        } catch (error) {
            const busy = ["ResourceInUseException", "InvalidArgumentException"].includes(error.name);
            if (!busy || Date.now() > deadline) throw error;
            await new Promise(again => setTimeout(again, 100));
        }
    }
}

async function subscribe(ConsumerARN, count) {
    const { EventStream } = await kinesis.send(new SubscribeToShardCommand({
        ConsumerARN, ShardId: "shardId-000000000000", StartingPosition: { Type: "TRIM_HORIZON" },
    }));
    for await (const { SubscribeToShardEvent } of EventStream) {
        for (const record of SubscribeToShardEvent.Records) {
            console.log(Buffer.from(record.Data).toString());
            if (--count === 0) process.exit(0);
        }
    }
}

async function follow(ConsumerARN) {
    setTimeout(() => process.exit(1), 3 * PATIENCE).unref();
    for (let StartingPosition = { Type: "LATEST" }; ;) {
        const { EventStream } = await kinesis.send(new SubscribeToShardCommand({
            ConsumerARN, ShardId: "shardId-000000000000", StartingPosition,
        }));
        console.log("subscribed");
        for await (const { SubscribeToShardEvent: event } of EventStream) {
            event.Records.forEach(record => console.log(Buffer.from(record.Data).toString()));
            StartingPosition = { Type: "AFTER_SEQUENCE_NUMBER", SequenceNumber: event.ContinuationSequenceNumber };
        }
        console.log("ended");
    }
}

const [what, where, ...rest] = process.argv.slice(2);
const verbs = {
    one: () => one(where, rest[0]),
    write: () => write(where, rest[0], Number(rest[1])),
    subscribe: () => subscribe(where, Number(rest[0])),
    follow: () => follow(where),
};
verbs[what]().catch(error => { console.error(error); process.exit(1); });
