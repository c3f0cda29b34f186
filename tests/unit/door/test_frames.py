"""Goodbyes are told from HTTP/2's other frames, however they are cut."""

import pytest

from tailrace.door.frames import PREFACE, Frames

pytestmark = pytest.mark.unit
PING, GOODBYE, EMPTY = b"\0\0\2\6\0\0\0\0\0hi", b"\0\0\2\7\0\0\0\0\0by", b"\0\0\0\4\1\0\0\0\0"


@pytest.mark.parametrize("size", [1, 3, 9, 1000])
def test_only_goodbyes_are_left_out(size: int) -> None:
    """What is no goodbye is passed on as it came, in whatever pieces it comes."""
    frames, said = Frames(), PREFACE + PING + GOODBYE + EMPTY + GOODBYE + PING
    passed = b"".join(frames.feed(said[at : at + size]) for at in range(0, len(said), size))
    assert passed == PREFACE + PING + EMPTY + PING
    assert frames.leaving


def test_nobody_leaves_without_a_goodbye() -> None:
    """A client that has said no goodbye goes on asking."""
    frames = Frames()
    frames.feed(PREFACE + PING + EMPTY)
    assert not frames.leaving
