import tracemalloc
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.rows import HEAVY, PACKED, Rows

pytestmark = pytest.mark.unit


class Line(NamedTuple):
    """A row."""

    at: int
    text: str

    @property
    def low(self) -> int:
        """Its number."""
        return self.at

    @property
    def high(self) -> int:
        """The same."""
        return self.at

    @property
    def length(self) -> int:
        """Its characters."""
        return len(self.text)


def rows(*lines: Line, most: int = 10**6) -> Rows[Line]:
    """Return rows of these."""
    made = Rows(Line._make, most)
    made.extend(lines)
    return made


LINES = st.builds(Line, st.integers(0, 9), st.text(max_size=3))


@given(st.lists(LINES, max_size=5), st.integers(0, 300), st.integers(0, 9), st.integers(0, 9))
def test_rows_are_found_by_their_number(some: list[Line], times: int, low: int, high: int) -> None:
    """In the order in which they came, packed or not, whatever the order of their numbers."""
    every, found = some * times, rows(*some * times)
    assert found.within() == every
    assert found.within(low, high) == [line for line in every if low <= line.at <= high]
    assert list(found.newest_first()) == every[::-1]
    assert found.bounds() == ((min(every).at, max(line.at for line in every)) if every else None)
    assert len(found) == len(every)
    found.forget_below(low)
    assert found.within() == [line for line in every if line.at >= low]


def test_texts_come_back() -> None:
    """Whatever is in them, half a surrogate pair too."""
    line = Line(1, 'ä"\\\n\x00\ud800')
    assert rows(*[line] * PACKED).within() == [line] * PACKED


def test_the_oldest_go_first() -> None:
    """As many as asked for are kept, and fewer than are packed together more."""
    found = rows(*(Line(number, "") for number in range(5 * PACKED + 7)), most=3 * PACKED)
    assert [line.at for line in found.within()] == list(range(2 * PACKED, 5 * PACKED + 7))


def test_what_is_below_the_least_goes_with_all_that_was_packed_beside_it() -> None:
    """When more is packed, not before."""
    found = rows(*(Line(number, "") for number in range(2 * PACKED)))
    found.extend([Line(2 * PACKED, "")], least=2 * PACKED)
    assert len(found) == 2 * PACKED + 1
    found.extend([Line(2 * PACKED, "")] * PACKED, least=PACKED + 1)
    assert len(found) == 2 * PACKED + 1


def test_long_texts_are_packed_sooner() -> None:
    """A thousand lines of a tenth of what is packed together take less than three of them do."""
    line = Line(1, "x" * (HEAVY // 10))
    tracemalloc.start()
    try:
        found = Rows(Line._make, 10**6)
        for _ in range(1000):
            found.extend([Line(1, "".join(["x" * (HEAVY // 10)]))])
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.within() == [line] * 1000
    assert taken < 3 * HEAVY


def test_a_logged_line_takes_some_tens_of_bytes() -> None:
    """Of 10,000 lines as Lambda reports its invocations; as objects each takes 300 and more."""
    tracemalloc.start()
    try:
        found = Rows(Line._make, 10**6)
        for number in range(10_000):
            text = f"REPORT RequestId: {number * 7919:032x}\tDuration: {number % 97}.{number % 89} ms\n"
            found.extend([Line(1_789_776_000_000 + number, text)])
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == 10_000
    assert taken < 10_000 * 40
