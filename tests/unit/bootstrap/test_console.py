import pytest

from bootstrap.console import wrapped

pytestmark = pytest.mark.unit
NUMBER = "49680518933255727423768148801557124561808557899354472466"


def test_a_line_that_fits_stays() -> None:
    """A line that is no longer than the terminal is wide is printed as it is, with its columns."""
    assert wrapped("  Put      now,  key a", 22) == "  Put      now,  key a"


@pytest.mark.parametrize("width", [80, 60, 40])
def test_no_word_is_cut(width: int) -> None:
    """A longer one goes on below, further in, and every word of it stands whole on a line."""
    text = f"  Record   shardId-000000000001 {NUMBER} which arrived at http://127.0.0.1:4566/queue/a-b-c"
    lines = wrapped(text, width).splitlines()
    assert [word for line in lines for word in line.split()] == text.split()
    assert all(line.startswith("      ") for line in lines[1:])
    assert all(len(line) <= width or len(line.split()) == 1 for line in lines)
