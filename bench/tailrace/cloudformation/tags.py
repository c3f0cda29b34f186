"""Tags as CloudFormation writes them, and what changed between two sets of them. Pure."""

from collections.abc import Mapping, Sequence

Tags = Sequence[Mapping[str, str]]


def by_key(tags: Tags | None) -> dict[str, str]:
    """Return the tags as a mapping."""
    return {tag["Key"]: tag["Value"] for tag in tags or ()}


def difference(before: Tags | None, after: Tags | None) -> tuple[dict[str, str], list[str]]:
    """Return the tags to set, and the keys to remove."""
    old, new = by_key(before), by_key(after)
    return {key: value for key, value in new.items() if old.get(key) != value}, sorted(
        old.keys() - new.keys()
    )
