"""Sequence numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.kinesis.sequence import CLOSED, Sequence, SequenceNumberError, numbered, sequence_base

pytestmark = pytest.mark.unit

seconds = st.integers(1_000_000_000, 9_000_000_000)
shards = st.integers(0, 0x7FFF_FFFF)
counters = st.integers(0, CLOSED - 5)
sequences = st.builds(Sequence, created=seconds, shard=shards, counter=counters, second=seconds)


@given(sequences)
def test_parsing_gives_back_the_parts(sequence: Sequence) -> None:
    """A number taken apart gives what it was made of."""
    assert Sequence.parse(str(sequence)) == sequence


@given(sequences)
def test_has_the_layout_of_aws(sequence: Sequence) -> None:
    """In hexadecimal each part stands where AWS has it, between a 2 and a 2; in decimal it has 56 digits."""
    digits = f"{int(sequence):x}"
    assert (len(digits), digits[0], digits[-1]) == (47, "2", "2")
    assert int(digits[1:10], 16) == sequence.created
    assert digits[10] == f"{sequence.shard:x}"[-1]
    assert int(digits[11:27], 16) == sequence.counter
    assert digits[27:29] == "00"
    assert int(digits[29:38], 16) == sequence.second
    assert int(digits[38:46], 16) == sequence.shard
    assert len(str(sequence)) == 56


@given(seconds, shards, counters, counters, seconds, seconds)
def test_rises_with_the_counter_whatever_the_clock_says(  # noqa: PLR0913, PLR0917  drawn by hypothesis
    created: int, shard: int, one: int, other: int, second: int, another: int
) -> None:
    """Two numbers of a shard compare as their counters do, as numbers and as texts."""
    base = sequence_base(created, shard)
    texts = numbered(base, one, second, 1)[0], numbered(base, other, another, 1)[0]
    if one != other:
        assert (texts[0] < texts[1]) == (one < other) == (int(texts[0]) < int(texts[1]))


@given(sequences, st.integers(0, 5))
def test_numbering_by_a_base_gives_the_same_numbers(sequence: Sequence, count: int) -> None:
    """The fast way of numbering agrees with the layout, number by number."""
    base = sequence_base(sequence.created, sequence.shard)
    assert numbered(base, sequence.counter, sequence.second, count) == [
        str(sequence._replace(counter=sequence.counter + place)) for place in range(count)
    ]


@pytest.mark.parametrize(
    ("number", "shard"),
    [
        ("49543463076548007577105092703039560359975228518395019266", 0),
        ("49543463076570308322303623326179887152428262250726293522", 1),
    ],
)
def test_reads_numbers_of_aws(number: str, shard: int) -> None:
    """The numbers in AWS's documentation of PutRecords name the shards that stand beside them."""
    assert Sequence.parse(number).shard == shard
    assert str(Sequence.parse(number)) == number


@pytest.mark.parametrize(
    "number",
    [
        "0",
        "1",
        str(int(Sequence(1_789_780_000, 0, 1, 1_789_780_000)) + 1),
        str(Sequence(1_789_780_000, 0, CLOSED + 1, 1_789_780_000)),
        str(Sequence(1_789_780_000, 1 << 31, 1, 1_789_780_000)),
        str(Sequence(16_025_175_000, 0, 1, 1_789_780_000)),
    ],
)
def test_refuses_what_no_shard_gives(number: str) -> None:
    """A number with another version, counter, shard or year than AWS's is none."""
    with pytest.raises(SequenceNumberError):
        Sequence.parse(number)
