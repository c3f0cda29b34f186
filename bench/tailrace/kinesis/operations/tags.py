"""Tags of a stream by name, and of a stream or a consumer by ARN."""

import re
from collections.abc import Iterable, Mapping

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.consumers import Consumer
from tailrace.kinesis.engine import Stream
from tailrace.kinesis.errors import InvalidArgumentError

MOST_TAGS = 50
_BAD = re.compile(r"[^\w\s.:/=+\-%@]")


def add_tags_to_stream(call: Call, request: Request) -> Output:
    """Add tags; one of the same key is replaced."""
    return _add(call.stream(request), call, request["Tags"])


def tag_resource(call: Call, request: Request) -> Output:
    """Add tags to the stream or consumer of an ARN."""
    return _add(call.resource(request["ResourceARN"]), call, request["Tags"])


def remove_tags_from_stream(call: Call, request: Request) -> Output:
    """Remove tags; keys that are not there are passed over."""
    return _remove(call.stream(request), request["TagKeys"])


def untag_resource(call: Call, request: Request) -> Output:
    """Remove tags from the stream or consumer of an ARN."""
    return _remove(call.resource(request["ResourceARN"]), request["TagKeys"])


def list_tags_for_stream(call: Call, request: Request) -> Output:
    """List a page of tags, sorted by key."""
    tags = call.stream(request).tags
    after, limit = request.get("ExclusiveStartTagKey", ""), int(request.get("Limit", MOST_TAGS))
    keys = sorted(key for key in tags if key > after)
    return {"Tags": _listed(tags, keys[:limit]), "HasMoreTags": len(keys) > limit}


def list_tags_for_resource(call: Call, request: Request) -> Output:
    """List all tags of the stream or consumer of an ARN, sorted by key."""
    tags = call.resource(request["ResourceARN"]).tags
    return {"Tags": _listed(tags, sorted(tags))}


def check_tags(stream: str, account: str, added: Mapping[str, str], present: Mapping[str, str]) -> None:
    """Refuse characters that tags may not have, and more than 50 of them (AWS's sentence still says 10)."""
    _check_characters([*added, *added.values()])
    if len({*added, *present}) > MOST_TAGS:
        raise InvalidArgumentError(
            f"Failed to add tags to stream {stream} under account {account}"
            " because a given stream cannot have more than 10 tags associated with it."
        )


def _add(holder: Stream | Consumer, call: Call, added: dict[str, str]) -> Output:
    check_tags(holder.name, call.account, added, holder.tags)
    holder.tags.update(added)
    return None


def _remove(holder: Stream | Consumer, keys: list[str]) -> Output:
    _check_characters(keys)
    for key in keys:
        holder.tags.pop(key, None)
    return None


def _check_characters(texts: Iterable[str]) -> None:
    if any(_BAD.search(text) for text in texts):
        raise InvalidArgumentError(
            "Some tags contain invalid characters. Valid characters:"
            " Unicode letters, digits, white space, _ . / = + - % @."
        )


def _listed(tags: Mapping[str, str], keys: list[str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": tags[key]} for key in keys]
