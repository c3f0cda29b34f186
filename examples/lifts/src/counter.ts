// What runs in Lambda: each ride is stored once, those of a lift in their order; what is no ride is set aside.
import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';

const TableName = process.env.TABLE;
const QueueUrl = process.env.SET_ASIDE;
const dynamodb = new DynamoDBClient();
const sqs = new SQSClient();

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

function read(text: string): { id: string; lift: string } | undefined {
  try {
    const { id, lift } = JSON.parse(text);
    return typeof id === 'string' && typeof lift === 'string' ? { id, lift } : undefined;
  } catch {
    return undefined;
  }
}

async function store({ kinesis }: KinesisStreamRecord): Promise<void> {
  const ride = read(Buffer.from(kinesis.data, 'base64').toString());
  if (!ride) {
    // Reported as failed it would be given up with all that come after it in its batch.
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: kinesis.data }));
    return;
  }
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
