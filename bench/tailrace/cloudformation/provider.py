"""LocalStack's CloudFormation service, with our way of carrying out change sets."""

from localstack.services.cloudformation.v2.provider import CloudformationProviderV2

from tailrace.cloudformation import executor


class CloudFormationProvider(CloudformationProviderV2):
    """CloudFormation."""

    def __init__(self) -> None:
        super().__init__()
        executor.install()
