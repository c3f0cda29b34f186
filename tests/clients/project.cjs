// A project's events by AWS's SDK for JavaScript, each client with its defaults: into the stream, out of the table,
// out of the metric.
//
//     project.cjs <what.json       {stream, events: [{id, key, body}], table?, attribute?, metric?}
//
// Prints {taken, stored, counted}: the ids that the stream took, those of them that are in the table, and what the
// metric grew by. It waits for each until it is all, or a minute is over.
const { KinesisClient, PutRecordsCommand } = require("@aws-sdk/client-kinesis");
const { DynamoDBClient, paginateScan } = require("@aws-sdk/client-dynamodb");
const { CloudWatchClient, GetMetricStatisticsCommand } = require("@aws-sdk/client-cloudwatch");

const PATIENCE = 60_000, HOUR = 3_600_000;
const kinesis = new KinesisClient(), dynamodb = new DynamoDBClient(), cloudwatch = new CloudWatchClient();

async function put(stream, events) {
    const where = stream.startsWith("arn:") ? { StreamARN: stream } : { StreamName: stream };
    const Records = events.map(({ key, body }) => ({ Data: Buffer.from(JSON.stringify(body)), PartitionKey: key }));
    const answer = await kinesis.send(new PutRecordsCommand({ ...where, Records }));
    return events.filter((_, number) => answer.Records[number].SequenceNumber).map(({ id }) => id);
}

async function stored(TableName, attribute, ids) {
    const found = new Set();
    for await (const page of paginateScan({ client: dynamodb }, { TableName, ConsistentRead: true })) {
        for (const item of page.Items) found.add(item[attribute].S);
    }
    return ids.filter(id => found.has(id));
}

async function counted({ statistic, ...metric }) {
    const now = Date.now();
    const { Datapoints } = await cloudwatch.send(new GetMetricStatisticsCommand({
        ...metric, StartTime: new Date(now - HOUR), EndTime: new Date(now + HOUR), Period: 60, Statistics: [statistic],
    }));
    return Datapoints.reduce((sum, point) => sum + point[statistic], 0);
}

async function until(enough, look) {
    for (const deadline = Date.now() + PATIENCE; ;) {
        const seen = await look();
        if (enough(seen) || Date.now() > deadline) return seen;
        await new Promise(again => setTimeout(again, 100));
    }
}

async function main() {
    const { stream, events, table, attribute, metric } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
    const before = metric && await counted(metric);
    const said = { taken: await put(stream, events) };
    if (table) {
        said.stored = await until(seen => seen.length === events.length, () => stored(table, attribute, said.taken));
    }
    if (metric) {
        said.counted = await until(
            seen => seen >= events.length, async () => await counted(metric) - before);
    }
    console.log(JSON.stringify(said));
}

main().then(() => process.exit(0), error => {
    console.error(error);
    process.exit(1);
});
