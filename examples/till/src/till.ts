// What runs in Lambda: each sale is stored once, and counted when it is.
import { setTimeout as pause } from 'node:timers/promises';
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { KinesisStreamHandler, KinesisStreamRecord } from 'aws-lambda';

interface Sale {
  id: string;
  cents: number;
  refunds?: string; // the sale that this one takes back
}

const TableName = process.env.TABLE;
const dynamodb = new DynamoDBClient();
const processor = new BatchProcessor(EventType.KinesisDataStreams);
const metrics = new Metrics({ namespace: 'Tills', serviceName: 'till' });

export const handler: KinesisStreamHandler = async (event, context) => {
  try {
    return await processPartialResponse(event, keep, processor, { context });
  } finally {
    metrics.publishStoredMetrics();
  }
};

async function keep({ kinesis }: KinesisStreamRecord): Promise<void> {
  const sale = parsed(Buffer.from(kinesis.data, 'base64').toString());
  if (sale.refunds) {
    await stored(sale.refunds);
  }
  if (await store(sale)) {
    metrics.addMetric('Takings', MetricUnit.NoUnit, sale.cents / 100);
  }
}

function parsed(text: string): Sale {
  const sale = JSON.parse(text);
  if (typeof sale.id !== 'string' || !Number.isInteger(sale.cents)) {
    throw new Error(`not a sale: ${text}`);
  }
  return sale;
}

// Waits for a sale, which may be in another shard; where it never comes, the function times out.
async function stored(id: string): Promise<void> {
  const Key = { id: { S: id } };
  while (!(await dynamodb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item) {
    await pause(50);
  }
}

// Says whether the sale is new: a batch may be delivered more than once.
async function store(sale: Sale): Promise<boolean> {
  const Item = { id: { S: sale.id }, cents: { N: String(sale.cents) } };
  try {
    await dynamodb.send(new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(id)' }));
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return false;
    }
    throw error;
  }
  return true;
}
