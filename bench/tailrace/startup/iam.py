"""LocalStack's IAM, beginning without AWS's managed policies (see `policies.py`)."""

from localstack.services.iam.provider import IamProvider as LocalStacksIam

from tailrace.startup.policies import Late


class IamProvider(LocalStacksIam):
    """IAM whose managed policies are made ready when they are first looked into."""

    def on_after_init(self) -> None:
        """Begin without them."""
        self._aws_managed_policy_cache = Late(self._build_aws_managed_policy_cache)
