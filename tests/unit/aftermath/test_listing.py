import pytest

from aftermath.listing import LISTED, letter_lines, quarantine_lines
from aftermath.quarantine_messages import QuarantineContents
from bootstrap.console import shown
from tailrace.cli.words import plural
from tests.unit.aftermath.given import FIRST, failed, letter, record

pytestmark = pytest.mark.unit


def test_nothing_of_others_reaches_the_terminal_as_a_command() -> None:
    """Keys and ids are anybody's: control characters are spelled out, and long ones are cut."""
    assert shown("a\x1b[2J\n") == "a\\x1b[2J\\n"
    assert shown("é" * 10, 4) == "ééé…"


def test_a_quarantine_in_words() -> None:
    """Reasons come by frequency, with their newest; each record with key, size, time and why."""
    contents = QuarantineContents(
        [failed(record(0, b"12345", "k-1"), "bad-value"), *(failed(record(n)) for n in (1, 2))], [], 0
    )
    text = "\n".join(quarantine_lines(contents, contents.records))
    assert text.startswith("Quarantine: 3 records\n  not-json ")
    assert "not-json                       2   newest 2026-01-02T03:04:07.000Z" in text
    assert "2026-01-02T03:04:05.000Z          5 bytes  key k-1  no eventId" in text
    assert f"{FIRST}" in text
    assert "MTIzNDU=" not in text
    assert "12345" not in text


def test_what_is_not_shown_is_counted() -> None:
    """More than fifty are counted, and so is what a filter leaves out, what lacks parts, what is foreign."""
    contents = QuarantineContents([failed(record(n)) for n in range(LISTED + 7)], ["9"], 2)
    text = "\n".join(quarantine_lines(contents, contents.records[:-1]))
    assert "Quarantine: 56 records of 57" in text
    assert "and 6 older" in text
    assert "parts are missing of 1 record" in text
    assert "2 messages that the handler did not send" in text


def test_dead_letters_in_words() -> None:
    """A letter says how many records, from when to when, why, and where they stand."""
    text = "\n".join(letter_lines([letter(0, 3, 4)]))
    assert text.startswith("Dead letters: 1 batch, 4 records\n")
    assert "4 records that arrived from 2026-01-02T03:04:05.000Z to 2026-01-02T03:04:06.000Z" in text
    assert "RetryAttemptsExhausted, delivered 3 times" in text
    assert f"{FIRST} to {FIRST + 3}" in text
    assert plural(2, "batch", "es") == "2 batches"
