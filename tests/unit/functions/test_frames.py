from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.functions.frames import LogReader

pytestmark = pytest.mark.unit


def frame(message: str) -> bytes:
    """Word a log frame as the runtime does."""
    data = message.encode()
    return 0xA55A000F.to_bytes(4, "big") + len(data).to_bytes(4, "big") + bytes(8) + data


def test_lines_and_frames_keep_their_order() -> None:
    """What was printed before a logged message comes before it, what was printed after comes after."""
    data = b"one\n" + frame("[INFO]\ttwo\n") + b"three\n" + frame("four")
    assert LogReader().feed(data) == ["one\n", "[INFO]\ttwo\n", "three\n", "four\n"]


def test_a_frame_is_one_event_however_many_lines() -> None:
    """A traceback is one event."""
    assert LogReader().feed(frame("[ERROR] x\nTraceback:\n  line\n")) == ["[ERROR] x\nTraceback:\n  line\n"]


def test_a_line_that_a_frame_interrupts_is_an_event_of_its_own() -> None:
    """print(end="") and then a logged message: two events, in order."""
    assert LogReader().feed(b"no newline" + frame("logged\n")) == ["no newline\n", "logged\n"]


@given(st.lists(st.integers(0, 60), max_size=10))
def test_messages_are_read_however_their_bytes_arrive(cuts: list[int]) -> None:
    """Messages are the same, whatever pieces they come in."""
    data = "zwölf\n".encode() + frame("ein\nzwei\n") + b"\n" + "€\n".encode() + frame("ende\n")
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    reader, messages = LogReader(), []
    for start, end in pairwise(edges):
        messages += reader.feed(data[start:end])
    assert messages == ["zwölf\n", "ein\nzwei\n", "€\n", "ende\n"]


def test_an_unfinished_line_is_not_lost() -> None:
    """What a function wrote without a newline comes when it is over, once."""
    reader = LogReader()
    assert reader.feed(b"done\nnot done") == ["done\n"]
    assert reader.finish() == ["not done\n"]
    assert reader.finish() == []


def test_empty_lines_are_no_events() -> None:
    """CloudWatch Logs takes no empty event."""
    assert LogReader().feed(b"\n\na\n\n") == ["a\n"]


def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    """A function may write anything; the log shows what it can."""
    assert LogReader().feed(b"a\xffb\n") == ["a\ufffdb\n"]


def test_a_line_without_an_end_is_cut() -> None:
    """At 256 KB, as on AWS, whether it is printed or comes in a frame; the rest goes on as another event."""
    reader = LogReader()
    first, second = reader.feed(b"x" * 600_000)
    assert (len(first), len(second)) == (262_145, 262_145)
    assert reader.finish() == ["x" * (600_000 - 2 * 262_144) + "\n"]
    assert [len(one) for one in LogReader().feed(frame("y" * 300_000 + "\n"))] == [262_145, 37_857]
