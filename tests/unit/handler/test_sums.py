import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.once.records import Reason, RejectedError
from handler.once.sums import LARGEST, MOST_LISTED, Addend, Sums, TotalsWriter, addend
from handler.once.totals import OTHER, Total
from tests.unit.handler import updates

pytestmark = pytest.mark.unit

SHARD, MINUTE = "shardId-000000000006", 29_455_384
AMOUNTS = st.decimals(-(10**9), 10**9, allow_nan=False, places=6)


def sums_of(*totals: Total) -> Sums:
    """Return the sums of what events add."""
    sums = Sums(SHARD, MINUTE)
    for total in totals:
        sums.add(addend(total))
    return sums


class Table:
    """One item of the ledger, and the environments that write to it."""

    def __init__(self) -> None:
        self.item: dict[str, Any] = {}
        self.tries = 0

    def write(self, writer: TotalsWriter, sums: Sums) -> None:
        """Write as the handler does: until the condition holds, learning each time."""
        while True:
            self.tries += 1
            update = json.loads(writer.update(sums))["Update"]
            if updates.holds(update, self.item):
                self.item = updates.updated(update, self.item)
                return
            assert writer.learn([sums], [{"Code": "ConditionalCheckFailed", "Item": self.item}])

    def number(self, name: str) -> Decimal:
        """Return an attribute's value."""
        return Decimal(self.item.get(name, {"N": "0"})["N"])

    def by(self, name: str) -> dict[str, Decimal]:
        """Return a total by key."""
        prefix = f"{name}|"
        return {key.removeprefix(prefix): self.number(key) for key in self.item if key.startswith(prefix)}


def test_what_is_written() -> None:
    """An update adds each sum, its squares and its keys, and says when the item expires."""
    table = Table()
    revenue = Total("revenue", Decimal("19.99"), squares=True)
    table.write(
        TotalsWriter("ledger", 30), sums_of(revenue, revenue, Total("page", key="/a"), Total("bounces", 0))
    )
    assert table.item == {
        "pk": {"S": "totals#2026-01-02T03#2"},
        "sk": {"S": "2026-01-02T03:04#shardId-000000000006"},
        "revenue": {"N": "39.98"},
        "revenue^0": {"N": "2"},
        "revenue^2": {"N": "799.2002"},
        "page|/a": {"N": "1"},
        "listed|page": {"SS": ["/a"]},
        "bounces": {"N": "0"},
        "expiresAt": {"N": str(MINUTE * 60 + 30 * 86400)},
    }


def test_the_newest_events_are_named() -> None:
    """An update names the newest events with arrival and value."""
    table, sums = Table(), sums_of(Total("bounces", 0))
    sums.newest = [("e1", 1_767_323_045_001, "click"), ("e2", 1_767_323_045_002, "")]
    table.write(TotalsWriter("ledger", 30), sums)
    assert json.loads(table.item["newest"]["S"]) == [
        ["e1", 1_767_323_045_001, "click"],
        ["e2", 1_767_323_045_002, ""],
    ]


@given(st.lists(st.lists(AMOUNTS, min_size=1, max_size=5), max_size=5))
def test_sums_are_exact(batches: list[list[Decimal]]) -> None:
    """However values are cut into transactions, sum and sum of squares are those of exact arithmetic."""
    table, writer = Table(), TotalsWriter("ledger", 30)
    for values in batches:
        table.write(writer, sums_of(*(Total("revenue", value, squares=True) for value in values)))
    wide = updates.DIGITS
    every = [value for values in batches for value in values]
    total, squares = Decimal(0), Decimal(0)
    for value in every:
        total = wide.add(total, value)
        squares = wide.add(squares, wide.multiply(value, value))
    assert (table.number("revenue"), table.number("revenue^2")) == (total, squares)
    assert "clipped" not in table.item


@pytest.mark.parametrize(
    ("value", "counted"),
    [
        (10**9 + 1, "1000000000"),
        (-(10**40), "-1000000000"),
        (Decimal("1E+90"), "1000000000"),
        (Decimal("0.0000005"), "0"),
        (Decimal("1.2345678"), "1.234568"),
        (Decimal("-Infinity"), "-1000000000"),
    ],
)
def test_what_is_counted_of_a_value_beyond(value: Decimal, counted: str) -> None:
    """A value that would not fit is counted as the nearest that does, and counted as clipped."""
    table = Table()
    table.write(TotalsWriter("ledger", 30), sums_of(Total("revenue", value)))
    assert (table.number("revenue"), table.number("clipped")) == (Decimal(counted), Decimal(1))


def test_the_largest_squares_fit() -> None:
    """A hundred million of the largest values and of the finest keep within DynamoDB's 38 digits."""
    fine = Decimal(LARGEST) - Decimal("0.000001")
    assert updates.DIGITS.multiply(updates.DIGITS.multiply(fine, fine), Decimal(10**8)) > 0


@pytest.mark.parametrize(
    "name", ["", "a b", "1a", "événement", "a" * 41, "events", "listed", "a|b", "lag", "dimension"]
)
def test_names_that_cannot_be(name: str) -> None:
    """A total's name is letters and digits, and none of the pipeline's own."""
    with pytest.raises(RejectedError) as refused:
        addend(Total(name))
    assert refused.value.reason is Reason.ANALYTICS_FAILED


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("sNaN"), "7", None, [7]])
def test_values_that_are_no_numbers(value: Any) -> None:  # noqa: ANN401  what somebody's analytics may give
    """What is no number sends its record to quarantine, and nothing to the totals."""
    with pytest.raises(RejectedError) as refused:
        addend(Total("revenue", value))
    assert refused.value.reason is Reason.BAD_VALUE


def test_a_key_that_is_no_text() -> None:
    """A key is a string; analytics that gives another value is told which total."""
    key: Any = 7
    with pytest.raises(RejectedError, match="a key of the total page is no string"):
        addend(Total("page", key=key))


def test_keys_are_cut() -> None:
    """A key is at most 80 characters; an empty one is called unknown."""
    assert addend(Total("page", key="x" * 100)) == Addend("page", "x" * 80, 10**6)
    assert addend(Total("page", key="")).key == "unknown"


KEYS = st.lists(st.lists(st.integers(0, 150), min_size=1, max_size=98), max_size=8)


@given(KEYS, st.integers(1, 3))
def test_no_sender_makes_an_item_grow(batches: list[list[int]], environments: int) -> None:
    """Of any number of keys at most 80 are listed, by any number of environments; nothing is lost."""
    table = Table()
    writers = [TotalsWriter("ledger", 30) for _ in range(environments)]
    for index, keys in enumerate(batches):
        table.write(writers[index % environments], sums_of(*(Total("page", key=f"/{key}") for key in keys)))
    counts = table.by("page")
    listed = set(table.item.get("listed|page", {"SS": []})["SS"])
    assert sum(counts.values()) == sum(map(len, batches))
    assert counts.keys() - {OTHER} == listed
    assert len(listed) <= MOST_LISTED
    assert table.tries <= len(batches) + environments
    if len({key for keys in batches for key in keys}) <= MOST_LISTED // 2:
        assert OTHER not in counts


@pytest.mark.parametrize(("plain", "keyed"), [(0, 50), (10, 20), (25, 25), (45, 5), (3, 3)])
def test_many_totals_fit_into_an_update(plain: int, keyed: int) -> None:
    """However many totals by key there are, an update keeps within DynamoDB's limits and loses no count."""
    table, writer = Table(), TotalsWriter("ledger", 30)
    for start in range(0, 400, 98):
        sums = Sums(SHARD, MINUTE)
        for record in range(start, start + 98):
            for n in range(plain):
                sums.add(addend(Total(f"sum{n}", record, squares=True)))
            for n in range(keyed):
                sums.add(addend(Total(f"by{n}", key=f"{record % 97}")))
            sums.add(addend(Total("page", key="/a")))
        table.write(writer, sums)
    assert [sum(table.by(f"by{n}").values()) for n in range(keyed)] == [490] * keyed
    assert table.by("page") == {"/a": 490}


def test_the_most_frequent_are_listed() -> None:
    """Where one transaction brings more keys than it may list, the most frequent are taken."""
    table = Table()
    rare = [Total("page", key=f"/{n}") for n in range(50)]
    table.write(
        TotalsWriter("ledger", 30), sums_of(*rare, Total("page", key="/49"), Total("page", key="/48"))
    )
    counts = table.by("page")
    assert (counts["/49"], counts["/48"], counts[OTHER]) == (Decimal(2), Decimal(2), Decimal(10))


def test_a_closed_list_is_asked_once() -> None:
    """What an environment has learned of a minute's list it does not forget within the minute."""
    table, writer = Table(), TotalsWriter("ledger", 30)
    for start in range(0, 200, 40):
        table.write(writer, sums_of(*(Total("page", key=f"/{start + n}") for n in range(40))))
    assert table.tries == 6
    assert len(table.by("page")) == MOST_LISTED + 1


def test_a_conflict_teaches_nothing() -> None:
    """A transaction that was cancelled for another reason says nothing of the lists."""
    sums = sums_of(Total("page", key="/a"))
    assert not TotalsWriter("ledger", 30).learn([sums], [{"Code": "TransactionConflict"}])
    assert not TotalsWriter("ledger", 30).learn([sums], [{"Code": "ConditionalCheckFailed", "Item": {}}])
