"""LocalStack's IAM, beginning without AWS's managed policies (see `policies.py`)."""

from importlib import import_module
from typing import Any

from tailrace.seams import replace
from tailrace.startup.late import standing_in
from tailrace.startup.policies import LateItems, LateList, LateMapping

POLICIES = "moto.iam.aws_managed_policies"
"""Module of which one text is 5 MB, and NAME the text."""
NAME = "aws_managed_policies_data"

with (
    standing_in("cryptography.x509"),  # for certificates of users, which a pipeline has none of
    standing_in(POLICIES, **{NAME: "{}"}),
):
    from localstack.services.iam.provider import IamProvider as LocalStacksIam
    from moto.iam import models


class IamProvider(LocalStacksIam):
    """IAM whose managed policies are made ready when they are first looked into."""

    def on_after_init(self) -> None:
        """Begin without them; so does moto, in each account that is first asked for anything."""
        self._aws_managed_policy_cache = LateMapping(self._build_aws_managed_policy_cache)

        def policies(backend: Any) -> LateList[Any]:  # noqa: ANN401  moto's
            return LateList(lambda: made(backend))

        def made(backend: Any) -> list[Any]:  # noqa: ANN401  moto's
            replace(models, NAME, getattr(import_module(POLICIES), NAME))
            policies: list[Any] = usual(backend)
            return policies

        def by_arn(backend: Any) -> LateItems[str, Any]:  # noqa: ANN401  moto's
            return LateItems(lambda: {policy.arn: policy for policy in backend.aws_managed_policies})

        usual = replace(models.IAMBackend, "_init_aws_policies", policies)
        replace(models.IAMBackend, "_init_managed_policies", by_arn)
