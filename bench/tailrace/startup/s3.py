"""LocalStack's S3, with what it leaves out."""

import json
from typing import Any

from localstack.services.s3.provider import S3Provider as LocalStacksS3


class S3Provider(LocalStacksS3):
    """S3."""

    def get_bucket_policy_status(self, context: object, bucket: str, **rest: object) -> dict[str, Any]:
        """Tell whether the bucket's policy lets in everybody; NoSuchBucketPolicy where there is none."""
        del rest
        policy = json.loads(self.get_bucket_policy(context, bucket)["Policy"])
        return {"PolicyStatus": {"IsPublic": any(map(_lets_everybody_in, policy.get("Statement", [])))}}


def _lets_everybody_in(statement: dict[str, Any]) -> bool:
    everybody = statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
    return everybody and statement.get("Effect") == "Allow" and not statement.get("Condition")
