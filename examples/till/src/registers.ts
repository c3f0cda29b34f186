// What the tills run: sends the sales that standard input has, a JSON object on each line, to a stream, and prints
// each when the stream has taken it. AWS's SDK with its defaults, which for Kinesis are HTTP/2.
//
//     node build/registers.mjs STREAM <sales.jsonl
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';

interface Sale {
  id: string;
  till: string;
}

const MOST = 500; // records in a request
const [StreamName] = process.argv.slice(2);
const kinesis = new KinesisClient();

const tills = new Map<string, Sale[]>();
for await (const line of createInterface({ input: process.stdin })) {
  const sale: Sale = JSON.parse(line);
  tills.set(sale.till, [...(tills.get(sale.till) ?? []), sale]);
}
await Promise.all([...tills.values()].map(send));

// Sends one till's sales; the tills do not wait for each other. What was refused is sent again, after what was not.
async function send(sales: Sale[]): Promise<void> {
  while (sales.length) {
    const refused = await put(sales.splice(0, MOST));
    sales.unshift(...refused);
    await pause(refused.length && 100);
  }
}

// Returns what the stream did not take, as for want of throughput.
async function put(sales: Sale[]): Promise<Sale[]> {
  const Records = sales.map((sale) => ({ Data: Buffer.from(JSON.stringify(sale)), PartitionKey: sale.till }));
  const { Records: results = [] } = await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
  return sales.filter((sale, number) => {
    const { ShardId, SequenceNumber } = results[number] ?? {};
    if (SequenceNumber) {
      console.log(JSON.stringify({ ...sale, ShardId, SequenceNumber }));
    }
    return !SequenceNumber;
  });
}
