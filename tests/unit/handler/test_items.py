import json
from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.once import Analysis, Body
from handler.once.events import Key, ParsedEvent, parse
from handler.once.items import item_size, plain, raw, render, same
from handler.once.records import Json, Reason, Record, RejectedError
from tests.unit.handler.given import analyse, record

pytestmark = pytest.mark.unit

NUMBERS = st.one_of(
    st.integers(-(10**38) + 1, 10**38 - 1),
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**20), max_value=10**20),
    st.builds(
        lambda digits, exponent: Decimal(digits).scaleb(exponent),
        st.integers(1, 10**6),
        st.integers(-130, 119),
    ),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = TEXTS.filter(bool)
VALUES: st.SearchStrategy[Json] = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(NAMES, inner)),
    max_leaves=6,
)


def item_of(body: Body, at: Record | None = None) -> dict[str, Any]:
    """Return the item in which an event is stored, as DynamoDB gets it."""
    at = at or record(0, b"")
    event = ParsedEvent(Key("e-1", 1), body)
    item: dict[str, Any] = json.loads(b"{" + render(at, event, analyse(body), raw(event)) + b"}")
    return item


def rejected(value: Json) -> tuple[Reason, str]:
    """Return why an event with this value is not stored."""
    with pytest.raises(RejectedError) as caught:
        item_of({"value": value})
    return caught.value.reason, caught.value.detail


def nested(levels: int, value: Json) -> Json:
    """Return a value of that many levels, with this one innermost."""
    for _ in range(levels - 1):
        value = {"a": value}
    return value


def test_a_purchase_attribute_by_attribute() -> None:
    """An event's item holds what analytics gives, its place in the stream, and the event itself."""
    data = (
        b'{"eventId":"e-1","timestamp":"2026-01-01T00:00:00Z","eventType":"purchase","userId":"user_1234",'
        b'"sessionId":"session_1","deviceType":"mobile","location":{"country":"DE","city":"K\\u00f6ln"},'
        b'"amount":19.90,"currency":"EUR","itemsCount":3,"gift":true,"note":null,"tags":["a",1]}'
    )
    at = Record("4959", "shardId-000000000001", "user_1234", 1.5, b64encode(data).decode())
    event = parse(at)
    analysis = Analysis({"paid": {"amount": event.body["amount"]}, "mean": 0.1})
    assert json.loads(b"{" + render(at, event, analysis, raw(event)) + b"}") == {
        "eventId": {"S": "e-1"},
        "timestamp": {"N": "1767225600"},
        "paid": {"M": {"amount": {"N": "19.90"}}},
        "mean": {"N": "0.1"},
        "sequenceNumber": {"S": "4959"},
        "shardId": {"S": "shardId-000000000001"},
        "partitionKey": {"S": "user_1234"},
        "rawData": {
            "M": {
                "eventId": {"S": "e-1"},
                "timestamp": {"S": "2026-01-01T00:00:00Z"},
                "eventType": {"S": "purchase"},
                "userId": {"S": "user_1234"},
                "sessionId": {"S": "session_1"},
                "deviceType": {"S": "mobile"},
                "location": {"M": {"country": {"S": "DE"}, "city": {"S": "Köln"}}},
                "amount": {"N": "19.90"},
                "currency": {"S": "EUR"},
                "itemsCount": {"N": "3"},
                "gift": {"BOOL": True},
                "note": {"NULL": True},
                "tags": {"L": [{"S": "a"}, {"N": "1"}]},
            }
        },
    }


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_an_event_survives_its_item(body: Body) -> None:
    """Whatever an event holds within DynamoDB's limits comes back from its item without loss."""
    body = {"raw": body}
    assert same(plain(item_of(body)["rawData"]), body)


@given(VALUES, VALUES)
def test_same_is_equality_of_typed_values(one: Json, other: Json) -> None:
    """Two values are the same exactly if DynamoDB cannot tell them apart."""

    def normal(value: Json) -> Any:  # noqa: ANN401  whatever tells values apart
        if isinstance(value, dict):
            return {name: normal(each) for name, each in value.items()}
        if isinstance(value, list):
            return [normal(each) for each in value]
        return (type(value) is bool, value)

    assert same(one, one)
    assert same(one, other) == (normal(one) == normal(other))


def test_a_truth_is_no_number() -> None:
    """True is not 1, though Python says so; 1.0 is 1."""
    assert not same({"a": [True]}, {"a": [1]})
    assert same({"a": [Decimal("1.0")]}, {"a": [1]})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-7, "-7"),
        (Decimal("0.1"), "0.1"),
        (Decimal("1E+5"), "1E5"),
        (Decimal("0E-500"), "0"),
        (Decimal("9." + "9" * 37 + "E125"), "9." + "9" * 37 + "E125"),
        (Decimal("-1E-130"), "-1E-130"),
        (10**50, "1E50"),
        (Decimal("1." + "0" * 50), "1"),
        (int("1" * 38), "1" * 38),
    ],
)
def test_numbers_keep_every_digit(value: Json, text: str) -> None:
    """A number is written exactly, up to DynamoDB's 38 digits and exponents from -130 to 125."""
    written = item_of({"value": value})["rawData"]["M"]["value"]["N"]
    assert Decimal(written) == Decimal(text)
    assert len(written) <= 45


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (int("1" * 39), "a number of 39 digits; DynamoDB holds 38"),
        (Decimal("0." + "1" * 39), "a number of 39 digits; DynamoDB holds 38"),
        (Decimal("1E126"), "a number near 1E126; DynamoDB holds 1E-130 to 1E125"),
        (10**126, "a number near 1E126; DynamoDB holds 1E-130 to 1E125"),
        (Decimal("9.9E-131"), "a number near 1E-131; DynamoDB holds 1E-130 to 1E125"),
        (Decimal("NaN"), "NaN cannot be held by DynamoDB"),
        (Decimal("-Infinity"), "-Infinity cannot be held by DynamoDB"),
    ],
)
def test_numbers_that_dynamodb_cannot_hold(value: Json, detail: str) -> None:
    """A number beyond DynamoDB's limits is rejected, not rounded."""
    assert rejected(value) == (Reason.BAD_NUMBER, detail)


def test_an_empty_name() -> None:
    """An empty name is rejected at any depth."""
    expected = (Reason.BAD_NAME, "a name is empty, which DynamoDB does not allow")
    assert rejected({"": 1}) == expected
    assert rejected([{"a": {"": 1}}]) == expected


def test_the_deepest_nesting() -> None:
    """`rawData` is one level of DynamoDB's 32; what an event holds may have 31."""
    item_of({"value": nested(31, "x")})
    item_of({"value": nested(30, {})})
    expected = (Reason.TOO_DEEP, "nested deeper than 32 levels")
    assert rejected(nested(32, "x")) == expected
    assert rejected(nested(31, {})) == expected
    assert rejected(nested(31, [])) == expected


def test_half_a_surrogate_pair() -> None:
    """Text that is no Unicode is rejected, in names too."""
    expected = (Reason.BAD_TEXT, "a text holds half of a surrogate pair, which is no Unicode")
    assert rejected("\ud800") == expected
    assert rejected({"\ud800": 1}) == expected


def test_the_longest_name() -> None:
    """A name may have 65,535 bytes."""
    item_of({"k" * 65535: 1})
    assert rejected({"k" * 65536: 1}) == (Reason.BAD_NAME, "a name of 65536 bytes; DynamoDB allows 65535")


def test_the_largest_item() -> None:
    """An item of more than 400 KB is rejected before any call; one just below is not."""
    item_of({"value": "x" * (409_600 - 700)})
    reason, detail = rejected("é" * (409_600 // 2))
    assert reason is Reason.TOO_LARGE
    assert detail.startswith("the item would have 41")


def test_the_size_of_an_item() -> None:
    """A size is DynamoDB's: texts in UTF-8, numbers by their digits, three bytes for a map or list."""
    attributes: Body = {"a": "é", "b": 12345, "c": True, "d": None, "e": [1, "x"], "f": {"k": "v"}}
    assert item_size(attributes) == (1 + 2) + (1 + 4) + (1 + 1) + (1 + 1) + (1 + 3 + 3 + 2) + (1 + 3 + 3)


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_an_item_is_smaller_than_its_text(body: Body) -> None:
    """What is not counted, because its text is short, is small enough."""
    event = ParsedEvent(Key("e", 1), body)
    text = render(record(0, b""), event, Analysis({}), raw(event))
    assert item_size(body) < len(text)


def test_analytics_may_not_write_the_pipelines_attributes() -> None:
    """An attribute that is not analytics' own is a fault of analytics, and says which."""
    analysis = Analysis({"receipt": "x", "fine": 1})
    with pytest.raises(RejectedError, match="attributes that are not its own: receipt") as caught:
        render(record(0, b""), ParsedEvent(Key("e", 1), {}), analysis, b"")
    assert caught.value.reason is Reason.ANALYTICS_FAILED
