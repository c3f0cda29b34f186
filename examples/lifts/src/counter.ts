// What runs in Lambda: each ride is stored once, and those of a lift in their order.
import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';

const TableName = process.env.TABLE;
const dynamodb = new DynamoDBClient();

export const handler = async (event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> => {
  for (const record of event.Records) {
    try {
      await store(record);
    } catch (error) {
      console.error(`left for another delivery: ${error}`);
      // What comes after it waits too: it may be of the same lift.
      return { batchItemFailures: [{ itemIdentifier: record.kinesis.sequenceNumber }] };
    }
  }
  return { batchItemFailures: [] };
};

async function store({ kinesis }: KinesisStreamRecord): Promise<void> {
  const ride: { id: string; lift: string } = JSON.parse(Buffer.from(kinesis.data, 'base64').toString());
  const at = Math.round((performance.timeOrigin + performance.now()) * 1000); // microseconds
  try {
    await dynamodb.send(
      new PutItemCommand({
        TableName,
        Item: { id: { S: ride.id }, lift: { S: ride.lift }, at: { N: String(at) } },
        ConditionExpression: 'attribute_not_exists(id)',
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) {
      throw error;
    }
  }
}
