"""LocalStack drops the tags of a log group that had none when it was made: an entry is missing then."""

from localstack.services.logs.models import logs_stores


def make_taggable(arn: str) -> None:
    """Give the log group of this ARN (with or without ":*") an entry for tags, if it has none."""
    _, _, _, region, account, _ = arn.split(":", 5)
    logs_stores[account][region].TAGS.setdefault(arn.removesuffix(":*"), {})
