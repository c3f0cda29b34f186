// What hangs in the office: prints each sale as it comes, by a subscription to each shard (enhanced fan-out). AWS
// ends a subscription after five minutes; the next one goes on after the last sale that was shown.
//
//     node build/display.mjs CONSUMER-ARN
import {
  KinesisClient,
  ListShardsCommand,
  SubscribeToShardCommand,
  type ChildShard,
  type StartingPosition,
} from '@aws-sdk/client-kinesis';

const [ConsumerARN = ''] = process.argv.slice(2);
const kinesis = new KinesisClient();
const ended = new Set<string>();

const { Shards = [] } = await kinesis.send(
  new ListShardsCommand({ StreamARN: ConsumerARN.split('/consumer/')[0], ShardFilter: { Type: 'AT_TRIM_HORIZON' } }),
);
await Promise.all(Shards.map(({ ShardId = '' }) => follow(ShardId)));

// Shows a shard to its end, then its children, each when all its parents have ended.
async function follow(shard: string): Promise<void> {
  const children = await show(shard);
  ended.add(shard);
  const next = children.filter(({ ParentShards = [] }) => ParentShards.every((parent) => ended.has(parent)));
  await Promise.all(next.map(({ ShardId = '' }) => follow(ShardId)));
}

async function show(ShardId: string): Promise<ChildShard[]> {
  let StartingPosition: StartingPosition = { Type: 'TRIM_HORIZON' };
  for (;;) {
    const request = new SubscribeToShardCommand({ ConsumerARN, ShardId, StartingPosition });
    const { EventStream = [] } = await kinesis.send(request);
    for await (const { SubscribeToShardEvent: event } of EventStream) {
      event?.Records?.forEach(({ Data = [] }) => console.log(Buffer.from(Data).toString()));
      if (event?.ChildShards) {
        return event.ChildShards;
      }
      StartingPosition = { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: event?.ContinuationSequenceNumber };
    }
  }
}
