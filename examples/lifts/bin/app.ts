// The stack: a stream, the function that stores its rides, their table, and a queue of what was given up.
import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Runtime, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { KinesisEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Queue } from 'aws-cdk-lib/aws-sqs';

const stack = new Stack(new App(), 'lifts');
const rides = new Stream(stack, 'Rides', { shardCount: 2, removalPolicy: RemovalPolicy.DESTROY });
const table = new Table(stack, 'Table', {
  partitionKey: { name: 'id', type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
  removalPolicy: RemovalPolicy.DESTROY,
});
const setAside = new Queue(stack, 'SetAside');
const counter = new NodejsFunction(stack, 'Counter', {
  entry: 'src/counter.ts',
  runtime: Runtime.NODEJS_24_X,
  timeout: Duration.seconds(10),
  environment: { TABLE: table.tableName, SET_ASIDE: setAside.queueUrl },
});
table.grantWriteData(counter);
setAside.grantSendMessages(counter);
counter.addEventSource(
  new KinesisEventSource(rides, {
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 20,
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    retryAttempts: 3,
    onFailure: new SqsDlq(new Queue(stack, 'GivenUp')),
  }),
);
new CfnOutput(stack, 'Stream', { value: rides.streamArn });
new CfnOutput(stack, 'Function', { value: counter.functionArn });
new CfnOutput(stack, 'SetAsideUrl', { value: setAside.queueUrl });
new CfnOutput(stack, 'TableName', { value: table.tableName });
