"""An event becomes a DynamoDB item: its JSON with types, written straight to text.

Numbers keep every digit. What DynamoDB cannot hold is refused here, with a reason, before any call:
NaN and infinities, more than 38 digits, exponents out of range, empty names, more than 32 levels, more than
400 KB by DynamoDB's own rules for sizes, text that is no Unicode.
(Service, account and table quotas in Amazon DynamoDB; "DynamoDB item sizes and formats".)
"""

from decimal import Decimal
from json.encoder import encode_basestring as quoted
from typing import Any

from handler.once.analysis import Analysis, Body
from handler.once.events import ParsedEvent
from handler.once.records import Json, Reason, Record, RejectedError

MOST_DIGITS = 38
LARGEST_EXPONENT = 125
SMALLEST_EXPONENT = -130
DEEPEST = 32
"""Levels of one attribute: each map and list is one, empty or not, and what the innermost holds another."""
LONGEST_NAME = 65535
"""Bytes of an attribute's name."""
LARGEST_ITEM = 400 * 1024
"""Bytes of an item, names and values together."""
SURELY_SMALL = 64 * 1024
"""An item is smaller than its text, so one of this many bytes of text needs no counting."""
STAMPS_SIZE = 400
"""Bytes kept free for what is added when the item is written (times, receipt)."""

OWN = frozenset(
    {"eventId", "timestamp", "rawData", "sequenceNumber", "shardId", "partitionKey"}
    | {"processedAt", "appliedAt", "expiresAt", "receipt"}
)
"""Attributes that are not analytics' to give."""


def raw(event: ParsedEvent) -> bytes:
    """Return an event as it is stored, `rawData` in JSON text; RejectedError if DynamoDB cannot hold it."""
    text = _encoded(f'"rawData":{{"M":{{{_members(event.body, 1)}}}}}')
    if len(text) > SURELY_SMALL:
        _check_size({"rawData": event.body})
    return text


def render(record: Record, event: ParsedEvent, analysis: Analysis, raw: bytes) -> bytes:
    """Return an item's attributes, as JSON text without the outer braces; RejectedError if it cannot be.

    What is known only at the time of writing (processedAt, appliedAt, expiresAt, receipt) is added then.
    """
    if not OWN.isdisjoint(analysis.attributes):
        names = ", ".join(sorted(OWN & analysis.attributes.keys()))
        raise RejectedError(
            Reason.ANALYTICS_FAILED, f"analytics gives attributes that are not its own: {names}"
        )
    key, given = event.key, _members(analysis.attributes, 0)
    text = (
        f'"eventId":{{"S":{quoted(key.event_id)}}},"timestamp":{{"N":"{key.timestamp}"}},'
        f"{given}{given and ','}"
        f'"sequenceNumber":{{"S":{quoted(record.sequence_number)}}},"shardId":{{"S":{quoted(record.shard_id)}}},'
        f'"partitionKey":{{"S":{quoted(record.partition_key)}}},'
    )
    item = _encoded(text) + raw
    if len(item) > SURELY_SMALL:
        own: Body = {
            "eventId": key.event_id,
            "timestamp": key.timestamp,
            "sequenceNumber": record.sequence_number,
            "shardId": record.shard_id,
            "partitionKey": record.partition_key,
        }
        _check_size({**own, **analysis.attributes, "rawData": event.body})
    return item


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise RejectedError(
            Reason.BAD_TEXT, "a text holds half of a surrogate pair, which is no Unicode"
        ) from None


def _check_size(attributes: Body) -> None:
    """Refuse an item that is too large."""
    size = item_size(attributes) + STAMPS_SIZE
    if size > LARGEST_ITEM:
        raise RejectedError(Reason.TOO_LARGE, f"the item would have {size} bytes, more than {LARGEST_ITEM}")


def _members(values: dict[str, Json], level: int) -> str:
    """Return a map's members, comma-separated. `level` counts the maps and lists around its values."""
    if "" in values:
        raise RejectedError(Reason.BAD_NAME, "a name is empty, which DynamoDB does not allow")
    level += 1
    return ",".join(
        [
            f'{quoted(name)}:{{"S":{quoted(value)}}}'  # most are strings, and a call costs more than all this
            if type(value) is str
            else f"{quoted(name)}:{_value(value, level)}"
            for name, value in values.items()
        ]
    )


def _value(value: Json, level: int) -> str:
    kind = type(value)
    if kind is str:
        return f'{{"S":{quoted(value)}}}'  # type: ignore[arg-type]  # mypy does not narrow by `kind`
    if kind is int or kind is Decimal:
        return f'{{"N":"{_number(value)}"}}'  # type: ignore[arg-type]
    return _other(value, level)


def _other(value: Json, level: int) -> str:
    """Return what is neither text nor an ordinary number, or of a class derived from them."""
    if isinstance(value, dict | list):
        if level >= DEEPEST:
            raise RejectedError(Reason.TOO_DEEP, f"nested deeper than {DEEPEST} levels")
        if isinstance(value, dict):
            return f'{{"M":{{{_members(value, level)}}}}}'
        return f'{{"L":[{",".join([_value(each, level + 1) for each in value])}]}}'
    if isinstance(value, str):
        return f'{{"S":{quoted(value)}}}'
    if value is True or value is False:
        return '{"BOOL":true}' if value else '{"BOOL":false}'
    if isinstance(value, int | Decimal | float):
        return f'{{"N":"{_number(value)}"}}'
    if value is None:
        return '{"NULL":true}'
    raise RejectedError(
        Reason.ANALYTICS_FAILED, f"analytics gives a {type(value).__name__}, which is no JSON value"
    )


def _number(value: float | Decimal) -> str:
    text = str(value)
    if len(text) <= MOST_DIGITS and "E" not in text and "N" not in text and "I" not in text:
        return text
    return _long_number(Decimal(text))


def _long_number(value: Decimal) -> str:
    """Return a number in its shortest exact form, if it is within DynamoDB's limits."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise RejectedError(Reason.BAD_NUMBER, f"{value} cannot be held by DynamoDB")
    written = "".join(map(str, digits)).lstrip("0")
    significant = written.rstrip("0")
    if not significant:
        return "0"
    exponent += len(written) - 1
    if len(significant) > MOST_DIGITS:
        raise RejectedError(
            Reason.BAD_NUMBER, f"a number of {len(significant)} digits; DynamoDB holds {MOST_DIGITS}"
        )
    if not SMALLEST_EXPONENT <= exponent <= LARGEST_EXPONENT:
        raise RejectedError(
            Reason.BAD_NUMBER,
            f"a number near 1E{exponent}; DynamoDB holds 1E{SMALLEST_EXPONENT} to 1E{LARGEST_EXPONENT}",
        )
    fraction = "." + significant[1:] if significant[1:] else ""
    return f"{'-' if sign else ''}{significant[0]}{fraction}E{exponent}"


def item_size(attributes: dict[str, Json]) -> int:
    """Return an item's size in bytes, as DynamoDB counts it (at most: a number counts for its longest form).

    >>> item_size({"eventId": "e1", "timestamp": 1})
    20
    """
    return sum(_text_size(name) + _size(value) for name, value in attributes.items())


def _size(value: Json) -> int:
    """Return one value's size: text as UTF-8, a number a byte for two digits and two more, a flag one."""
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, bool) or value is None:
        return 1
    if isinstance(value, int | Decimal | float):
        return len(_number(value)) // 2 + 2
    if isinstance(value, dict):
        return 3 + sum(1 + _text_size(name) + _size(each) for name, each in value.items())
    return 3 + sum(1 + _size(each) for each in value)


def _text_size(name: str) -> int:
    size = len(name.encode())
    if size > LONGEST_NAME:
        raise RejectedError(Reason.BAD_NAME, f"a name of {size} bytes; DynamoDB allows {LONGEST_NAME}")
    return size


def plain(typed: dict[str, Any]) -> Json:
    """Return the JSON value of a typed value that DynamoDB gave back.

    >>> plain({"M": {"amount": {"N": "12.5"}, "tags": {"L": [{"NULL": True}]}}})
    {'amount': Decimal('12.5'), 'tags': [None]}
    """
    ((kind, value),) = typed.items()
    match kind:
        case "M":
            return {name: plain(each) for name, each in value.items()}
        case "L":
            return [plain(each) for each in value]
        case "N":
            return Decimal(value)
        case "NULL":
            return None
        case _:
            text: Json = value
            return text


def same(one: Json, other: Json) -> bool:
    """Tell whether two values are the same to DynamoDB: 1, 1.0 and 1e0 are; 1 and true are not."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other
