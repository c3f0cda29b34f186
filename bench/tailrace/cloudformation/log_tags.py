"""LocalStack drops the tags of a log group that had none when it was made: an entry is missing then."""


def make_taggable(arn: str) -> None:
    """Give the log group of this ARN (with or without ":*") an entry for tags, if it has none."""
    from localstack.services.logs.models import logs_stores  # noqa: PLC0415  the rest runs without LocalStack

    _, _, _, region, account, _ = arn.split(":", 5)
    logs_stores[account][region].TAGS.setdefault(arn.removesuffix(":*"), {})
