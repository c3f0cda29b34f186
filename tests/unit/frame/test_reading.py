import base64

import pytest

from tests.frame.reading import assemble

pytestmark = pytest.mark.unit


def message(number: str, data: bytes, **part: int) -> dict[str, object]:
    """Make a message of quarantine, or a part of one."""
    return {"sequenceNumber": number, "eventId": None, "data": base64.b64encode(data).decode(), **part}


def test_a_whole_message_is_a_record() -> None:
    """A message without parts is a record by itself, as often as it comes."""
    found = assemble([message("1", b"a"), message("2", b"b"), message("1", b"a")])
    assert [(each.message["sequenceNumber"], each.data) for each in found] == [
        ("1", b"a"),
        ("2", b"b"),
        ("1", b"a"),
    ]


def test_parts_are_put_together_in_order() -> None:
    """The parts of a record may come in any order, with others between them."""
    messages = [
        message("1", b"world", part=2, parts=2),
        message("2", b"other"),
        message("1", b"hello ", part=1, parts=2),
    ]
    assert [each.data for each in assemble(messages)] == [b"other", b"hello world"]


def test_a_record_without_all_its_parts_is_not_there() -> None:
    """A part that is missing keeps the record out: it is not whole."""
    assert assemble([message("1", b"a", part=1, parts=3), message("1", b"c", part=3, parts=3)]) == []
