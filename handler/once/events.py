"""A record's bytes become an event, with the key under which it is stored."""

import json
from binascii import a2b_base64
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple, NoReturn

from handler.once.records import Json, Reason, Record, RejectedError

LONGEST_ID = 2048
"""Bytes of a partition key's value in DynamoDB."""
SPACE = " \t\n\r"
"""What may stand around a JSON text."""
UNITS = ((10**11, 1), (10**14, 10**3), (10**17, 10**6), (10**20, 10**9))
"""A number below this is a time in this part of a second: seconds, milli-, micro-, nanoseconds."""


class Key(NamedTuple):
    """An item's primary key."""

    event_id: str
    timestamp: int


class ParsedEvent(NamedTuple):
    """A JSON object and its key."""

    key: Key
    body: dict[str, Json]


def _no_number(name: str) -> NoReturn:
    raise RejectedError(Reason.BAD_NUMBER, f"{name} is no number of JSON's, and DynamoDB cannot hold it")


_decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number)


def parse(record: Record) -> ParsedEvent:
    """Return the event in a record's data; RejectedError if there is none."""
    body = _json_of(record.data)
    if not isinstance(body, dict):
        raise RejectedError(Reason.NOT_AN_EVENT, f"an event is a JSON object, and this is {_kind(body)}")
    return ParsedEvent(_key(body, record), body)


def _json_of(data: str) -> Json:
    try:
        text = a2b_base64(data).decode().rstrip(SPACE)
        value: Json
        if text.startswith("{"):  # `decode` looks for space around it, which takes a quarter of its time
            value, end = _decoder.raw_decode(text)
            if end == len(text):
                return value
        value = _decoder.decode(text)
    except UnicodeDecodeError as error:
        raise RejectedError(Reason.NOT_JSON, f"not UTF-8 at byte {error.start}: {error.reason}") from None
    except json.JSONDecodeError as error:
        raise RejectedError(Reason.NOT_JSON, f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise RejectedError(Reason.TOO_DEEP, "nested too deep to be read") from None
    except ValueError:  # Python's own limit on the digits of an integer
        raise RejectedError(Reason.BAD_NUMBER, "an integer of more than 4,300 digits") from None
    return value


def _kind(value: Json) -> str:
    if value is None:
        return "null"
    names = {str: "a string", bool: "a boolean", list: "an array", int: "a number", Decimal: "a number"}
    return names[type(value)]


def _key(body: dict[str, Json], record: Record) -> Key:
    """Return the event's own identity, or the record's where the event has none (as in the recipe)."""
    event_id = body.get("eventId")
    if event_id is None:
        return Key(record.sequence_number, int(record.arrival))
    if not isinstance(event_id, str) or not event_id:
        raise RejectedError(Reason.NOT_AN_EVENT, "its eventId is not a string with something in it")
    if len(event_id) * 4 > LONGEST_ID and len(event_id.encode("utf-8", "surrogatepass")) > LONGEST_ID:
        raise RejectedError(
            Reason.NOT_AN_EVENT, f"its eventId is longer than DynamoDB's keys: {LONGEST_ID} bytes"
        )
    return Key(event_id, _seconds(body.get("timestamp")))


def _seconds(stamp: Json) -> int:
    """Return a time as epoch seconds, cut to the whole second.

    It is ISO 8601, UTC where it names no zone, or a number of seconds, milliseconds or finer.
    """
    if isinstance(stamp, str):
        try:
            moment = datetime.fromisoformat(stamp)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            return int(moment.timestamp() // 1)
        except (ValueError, OverflowError):
            raise RejectedError(Reason.NO_TIMESTAMP, "its timestamp is not a time in ISO 8601") from None
    if not isinstance(stamp, int | Decimal) or isinstance(stamp, bool):
        raise RejectedError(
            Reason.NO_TIMESTAMP,
            "an event with an eventId needs a timestamp: ISO 8601, or seconds or milliseconds since 1970",
        )
    unit = next((unit for below, unit in UNITS if 0 <= stamp < below), None)
    if unit is None:
        raise RejectedError(Reason.NO_TIMESTAMP, "its timestamp is no number of seconds since 1970")
    return int(stamp // unit)
