"""A template that has what this project knows nothing of: it deploys, and what is not compared is said."""

from collections.abc import Iterator

import pytest

from bootstrap.deploy import deploy
from bootstrap.errors import NotAsAsked
from bootstrap.parameters import TEMPLATE
from bootstrap.settings import PipelineSettings
from bootstrap.target import Target
from bootstrap.verify import verify
from tests.frame import stacks as frame
from tests.frame.run import Run

pytestmark = pytest.mark.anywhere
MORE = """
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Join ["-", [!Ref "AWS::StackName", "own", !Ref "AWS::AccountId"]]}
  Parameter:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !GetAtt Unnamed.QueueName, Name: !Sub "/${AWS::StackName}/p"}
  Unnamed:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 7
      RedrivePolicy: {deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 3}
      Tags: [{Key: of, Value: !GetAtt Bucket.DomainName}]
  UnnamedTopic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Select [1, !Split ["/", "a/b"]]}
  Sent:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref UnnamedTopic, Protocol: sqs, Endpoint: !GetAtt Unnamed.Arn}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [mine]}
      State: ENABLED
      Targets: [{Id: queue, Arn: !GetAtt Unnamed.Arn, Input: '{"a": 1}'}]
  Indexed:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: a, AttributeType: S}, {AttributeName: b, AttributeType: S}]
      KeySchema: [{AttributeName: a, KeyType: HASH}]
      GlobalSecondaryIndexes:
        - {IndexName: by-b, KeySchema: [{AttributeName: b, KeyType: HASH}], Projection: {ProjectionType: ALL}}
  Filter:
    Type: AWS::Logs::MetricFilter
    Properties:
      LogGroupName: !Ref LogGroup
      FilterPattern: '"Successfully processed"'
      MetricTransformations:
        - {MetricName: Batches, MetricNamespace: !Sub "${AWS::StackName}/own", MetricValue: "1"}
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"},
             Action: "kms:*", Resource: "*"}

Outputs:
"""
STRANGE = TEMPLATE.read_text(encoding="utf-8").replace("\nOutputs:\n", MORE)


@pytest.fixture
def name(run: Run, target: Target) -> Iterator[str]:
    """Give a stack's name of the run's; what stands there goes at the end."""
    with frame.named(run, target) as named:
        yield named("strange")


def test_what_is_not_known_is_not_compared(name: str, target: Target) -> None:
    """It deploys; what cannot be compared is listed, and what can be still is."""
    settings = PipelineSettings.from_environment({"STACK": name, "DETECTOR": "0"})
    stack = deploy(target, settings, lambda _: None, template=STRANGE).stack
    verified = verify(target, stack, STRANGE)
    assert set(verified.not_compared) == {
        "Bucket (AWS::S3::Bucket)",
        "Parameter (AWS::SSM::Parameter)",
        "Unnamed.Tags: !GetAtt Bucket.DomainName",
        "Indexed.GlobalSecondaryIndexes",
        "Filter (AWS::Logs::MetricFilter)",
        "Key (AWS::KMS::Key)",
    }
    pages = target.client("sqs").get_paginator("list_queues").paginate(QueueNamePrefix=f"{name}-Unnamed")
    (url,) = (url for page in pages for url in page["QueueUrls"])
    target.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "9"})
    with pytest.raises(NotAsAsked, match=r"Unnamed\.VisibilityTimeout is .*9.*; asked for was 7"):
        verify(target, stack, STRANGE)
