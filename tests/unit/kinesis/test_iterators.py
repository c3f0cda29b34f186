"""Shard iterators."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.kinesis.errors import ExpiredIteratorError, InvalidArgumentError
from tailrace.kinesis.iterators import Iterator, Iterators
from tests.unit.kinesis.stage import FIRST, START, Stage

pytestmark = pytest.mark.unit

ISSUED = 1_421_889_722.0
PLACE = Iterator("111122223333", "us-east-1", "a" * 35, 1_421_889_000, 0, 5)

names = st.text(st.sampled_from("abcXYZ019_.-"), min_size=1, max_size=128)
places = st.builds(
    Iterator,
    account=st.just("111122223333"),
    region=st.sampled_from(["us-east-1", "us-gov-west-1"]),
    stream=names,
    created=st.integers(1_000_000_000, 4_000_000_000),
    shard=st.integers(0, 2_147_483_647),
    position=st.integers(0, 10**12),
)


@given(places, st.booleans())
def test_gives_back_the_place_it_was_issued_for(place: Iterator, wider: bool) -> None:  # noqa: FBT001  drawn
    """An iterator stands for its place, for any stream's name, within AWS's 512 characters."""
    iterators = Iterators(b"secret")
    text = iterators.issue(place, ISSUED, wider=wider)
    assert iterators.redeem(text, ISSUED + 1) == place
    assert len(text) <= 512


def test_is_never_the_same_twice() -> None:
    """Two iterators for one place at one moment differ."""
    iterators = Iterators(b"secret")
    assert len({iterators.issue(PLACE, ISSUED) for _ in range(100)}) == 100


def test_has_the_form_of_aws() -> None:
    """For a name of 35 letters it has 288 characters, 312 for AT_TIMESTAMP, and begins as AWS's do."""
    iterators = Iterators(b"secret")
    assert len(iterators.issue(PLACE, ISSUED)) == 288
    assert len(iterators.issue(PLACE, ISSUED, wider=True)) == 312
    assert iterators.issue(PLACE, ISSUED).startswith("AAAAAAAAAA")


def test_can_be_used_again_for_five_minutes() -> None:
    """Until 300,000 ms have passed an iterator may be used any number of times."""
    iterators = Iterators(b"secret")
    text = iterators.issue(PLACE, ISSUED)
    assert iterators.redeem(text, ISSUED + 300) == PLACE
    assert iterators.redeem(text, ISSUED + 300) == PLACE


def test_expires_after_five_minutes() -> None:
    """One millisecond later it is refused, in AWS's words and with both times."""
    iterators = Iterators(b"secret")
    text = iterators.issue(PLACE, ISSUED)
    with pytest.raises(ExpiredIteratorError) as caught:
        iterators.redeem(text, ISSUED + 300.001)
    assert caught.value.message == (
        "Iterator expired. The iterator was created at time Thu Jan 22 01:22:02 UTC 2015"
        " while right now it is Thu Jan 22 01:27:02 UTC 2015 which is further in the future than the"
        " tolerated delay of 300000 milliseconds."
    )


@given(st.data())
def test_cannot_be_made_up(data: st.DataObject) -> None:
    """An iterator with any character changed is refused."""
    iterators = Iterators(b"secret")
    text = iterators.issue(PLACE, ISSUED)
    spot = data.draw(st.integers(0, len(text) - 1))
    changed = text[:spot] + ("A" if text[spot] != "A" else "B") + text[spot + 1 :]
    with pytest.raises(InvalidArgumentError, match=r"^Invalid ShardIterator\.$"):
        iterators.redeem(changed, ISSUED)


@pytest.mark.parametrize("text", ["x", "AAAA", "ü", "A" * 288, "", "="])
def test_refuses_what_is_no_iterator(text: str) -> None:
    """Anything else is refused alike."""
    with pytest.raises(InvalidArgumentError, match=r"^Invalid ShardIterator\.$"):
        Iterators(b"secret").redeem(text, ISSUED)


def test_another_engine_takes_it_not() -> None:
    """An iterator of one engine means nothing to another."""
    text = Iterators(b"secret").issue(PLACE, ISSUED)
    with pytest.raises(InvalidArgumentError):
        Iterators(b"other").redeem(text, ISSUED)


def test_does_not_outlive_its_stream() -> None:
    """After the stream is deleted and made again, its old iterators find no shard."""
    stage = Stage(shards=1)
    iterator = stage.iterator("TRIM_HORIZON")
    stage("DeleteStream", StreamName="clicks")
    gone = (
        "ResourceNotFoundException",
        f"Shard {FIRST} in stream clicks under account 111122223333 does not exist",
    )
    assert stage.refusal("GetRecords", ShardIterator=iterator) == gone
    stage.now = START + 1
    stage("CreateStream", StreamName="clicks", ShardCount=1)
    assert stage.refusal("GetRecords", ShardIterator=iterator) == gone
