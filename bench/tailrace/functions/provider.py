"""LocalStack's Lambda service, with what it leaves out."""

from localstack.services.lambda_.provider import LambdaProvider as LocalStacksLambda


class LambdaProvider(LocalStacksLambda):
    """Lambda."""
