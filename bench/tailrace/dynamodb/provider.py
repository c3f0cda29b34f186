"""LocalStack's DynamoDB service, in front of our DynamoDB Local."""

from localstack.services.dynamodb.provider import DynamoDBProvider as LocalStacksDynamoDB

from .local import Server, server


class DynamoDBProvider(LocalStacksDynamoDB):
    """DynamoDB."""

    @staticmethod
    def _new_dynamodb_server() -> Server:
        return server()
