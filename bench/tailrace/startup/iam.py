"""LocalStack's IAM, beginning without AWS's managed policies (see `policies.py`)."""

from typing import Any

from tailrace.seams import replace
from tailrace.startup.late import standing_in
from tailrace.startup.policies import LateItems, LateList, LateMapping

with standing_in("cryptography.x509"):  # for certificates of users, which a pipeline has none of
    from localstack.services.iam.provider import IamProvider as LocalStacksIam
    from moto.iam.models import IAMBackend


class IamProvider(LocalStacksIam):
    """IAM whose managed policies are made ready when they are first looked into."""

    def on_after_init(self) -> None:
        """Begin without them; so does moto, in each account that is first asked for anything."""
        self._aws_managed_policy_cache = LateMapping(self._build_aws_managed_policy_cache)

        def policies(backend: Any) -> LateList[Any]:  # noqa: ANN401  moto's
            return LateList(lambda: usual(backend))

        def by_arn(backend: Any) -> LateItems[str, Any]:  # noqa: ANN401  moto's
            return LateItems(lambda: {policy.arn: policy for policy in backend.aws_managed_policies})

        usual = replace(IAMBackend, "_init_aws_policies", policies)
        replace(IAMBackend, "_init_managed_policies", by_arn)
