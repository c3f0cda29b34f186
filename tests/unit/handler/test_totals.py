import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.once.totals import (
    GROUPS,
    Counted,
    Distribution,
    Minute,
    NewestEvent,
    counted,
    distribution,
    place,
    queries,
    series,
)

pytestmark = pytest.mark.unit

BEGIN = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def number(at: datetime) -> int:
    """Return the minutes since the epoch."""
    return int(at.timestamp()) // 60


def asked(begin: datetime, end: datetime) -> list[tuple[str, str, str]]:
    """Return what is asked for: partition key, first and last sort key."""
    found = []
    for query in queries("ledger", begin, end):
        values = query["ExpressionAttributeValues"]
        found.append((values[":hour"]["S"], values[":low"]["S"], values[":high"]["S"]))
    return found


def test_where_a_minute_stands() -> None:
    """An hour's totals share partition keys, four of them; a minute's shards stand side by side."""
    assert place("shardId-000000000006", number(BEGIN)) == (
        "totals#2026-01-02T03#2",
        "2026-01-02T03:04#shardId-000000000006",
    )


def test_shards_are_spread() -> None:
    """Shards that follow one another write to different partition keys."""
    places = [place(f"shardId-{shard:012}", 0)[0] for shard in range(8)]
    assert len(set(places)) == GROUPS
    assert places[:4] == places[4:]


def test_a_shard_of_another_name() -> None:
    """A shard whose name has no number has its place too."""
    assert place("odd", 0) == ("totals#1970-01-01T00#0", "1970-01-01T00:00#odd")


def test_what_is_asked_for() -> None:
    """Four queries for each hour touched, from the first minute to the last that is wanted."""
    found = asked(BEGIN, BEGIN + timedelta(hours=1))
    assert found[:1] + found[4:5] == [
        ("totals#2026-01-02T03#0", "2026-01-02T03:04#", "2026-01-02T03:59$"),
        ("totals#2026-01-02T04#0", "2026-01-02T04:00#", "2026-01-02T04:03$"),
    ]
    assert len(found) == 8
    assert asked(BEGIN, BEGIN) == []


@given(st.integers(0, 200), st.integers(0, 200), st.integers(-10, 400))
def test_every_minute_is_asked_for_once(first: int, length: int, other: int) -> None:
    """The queries find each minute of the span exactly once, and none outside."""
    begin = BEGIN + first * MINUTE
    at = BEGIN + other * MINUTE
    pk, sk = place("shardId-000000000001", number(at))
    hits = [low <= sk <= high for key, low, high in asked(begin, begin + length * MINUTE) if key == pk]
    assert sum(hits) == (begin <= at < begin + length * MINUTE)


def test_a_time_without_a_zone() -> None:
    """A time that does not say where is refused, and not taken for this machine's."""
    with pytest.raises(ValueError, match="without a zone"):
        list(queries("ledger", datetime(2026, 1, 2), BEGIN))  # noqa: DTZ001  the point of it


def item(minute: str, shard: int, **numbers: str) -> dict[str, dict[str, str]]:
    """Return an item as DynamoDB's client gives it."""
    typed = {name: {"N": value} for name, value in numbers.items()}
    return {"pk": {"S": "x"}, "sk": {"S": f"{minute}#shardId-{shard:012}"}, "expiresAt": {"N": "1"}, **typed}


def test_shards_are_added_up() -> None:
    """A minute is the sum of its shards' items; one without items is empty; order does not matter."""
    items = [
        item("2026-01-02T03:06", 0, events="1"),
        item("2026-01-02T03:04", 0, events="3", revenue="0.1", **{"revenue^2": "0.01", "page|/a": "2"}),
        item(
            "2026-01-02T03:04", 1, events="4", revenue="0.2", rejected="5", **{"page|/a": "1", "page|/b": "1"}
        ),
    ]
    first, second, third = series(items, BEGIN, BEGIN + 3 * MINUTE)
    assert (first.at, first.events, first.rejected) == (BEGIN, 7, 5)
    assert (first.total("revenue"), first.squares("revenue")) == (Decimal("0.3"), Decimal("0.01"))
    assert first.by("page") == {"/a": 3, "/b": 1}
    assert (second, second.events, second.longest_lag()) == (Minute(BEGIN + MINUTE, {}, {}), 0, 0)
    assert third.events == 1


def test_lists_and_expiry_are_no_totals() -> None:
    """What an item holds besides sums is not added."""
    typed: dict[str, object] = {**item("2026-01-02T03:04", 0, events="1"), "listed|page": {"SS": ["/a"]}}
    (minute,) = series([typed], BEGIN, BEGIN + MINUTE)
    assert minute == Minute(BEGIN, {"events": Decimal(1)}, {})


def test_newest_events_of_a_minute() -> None:
    """The events that a minute's items name are read with time, id and value, by time of arrival."""
    named = [json.dumps([[f"e{shard}", 1_767_323_045_678 - shard, "click"]]) for shard in range(2)]
    items: list[dict[str, object]] = [
        {**item("2026-01-02T03:04", shard, events="1"), "newest": {"S": named[shard]}} for shard in range(2)
    ]
    (minute,) = series(items, BEGIN, BEGIN + MINUTE)
    later = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
    assert minute.newest == (
        NewestEvent(later - timedelta(milliseconds=1), "e1", "click"),
        NewestEvent(later, "e0", "click"),
    )


def test_what_a_handler_counts_is_found() -> None:
    """Which totals there are, of which form, and by what events are counted is read from the items alone."""
    by = {"events|north": "2", "events|south": "1", "page|/a": "1", "rejected|not-json": "1", "lag|256": "3"}
    layers = {"events": "3", "rejected": "1", "duplicates": "1", "clipped": "1", "lag": "9", "lag^2": "27"}
    own = {"bounces": "0", "celsius": "12", "celsius^0": "3", "celsius^2": "50"}
    one: dict[str, Any] = {**item("2026-01-02T03:04", 0, **layers, **own, **by), "dimension": {"S": "Line"}}
    found = series([one, item("2026-01-02T03:05", 0, doors="1")], BEGIN, BEGIN + 2 * MINUTE)
    assert counted(found) == Counted("Line", ("bounces", "doors"), ("celsius",), ("page",))
    assert found[0].by("events") == {"north": 2, "south": 1}
    assert counted(found[1:]) == Counted("", ("doors",), (), ())


def test_the_distribution_of_a_totals_values() -> None:
    """Number, mean and standard deviation of single values come from three sums, over any minutes."""
    four = item("2026-01-02T03:04", 0, **{"celsius": "8", "celsius^0": "4", "celsius^2": "56"})
    two = item("2026-01-02T03:05", 1, **{"celsius": "-8", "celsius^0": "2", "celsius^2": "50"})
    found = series([four, two], BEGIN, BEGIN + 2 * MINUTE)
    assert distribution(found[:1], "celsius") == Distribution(4, 2.0, 10**0.5)
    assert distribution(found[1:], "celsius") == Distribution(2, -4.0, 3.0)
    assert distribution(found, "celsius") == Distribution(6, 0.0, 636**0.5 / 6)
    assert distribution(found, "doors") is None


def test_the_longest_lag() -> None:
    """The greatest key of the lag's powers of two bounds every event's lag."""
    lags = {"256": Decimal(3), "2048": Decimal(1), "64": Decimal(5)}
    assert Minute(BEGIN, {}, {"lag": lags}).longest_lag() == 2048


def test_long_numbers_are_added_exactly() -> None:
    """Sums of DynamoDB's 38 digits lose none."""
    items = [item("2026-01-02T03:04", shard, **{"revenue^2": "1" * 26 + "." + "1" * 12}) for shard in (0, 1)]
    (minute,) = series(items, BEGIN, BEGIN + MINUTE)
    assert minute.squares("revenue") == Decimal("2" * 26 + "." + "2" * 12)
