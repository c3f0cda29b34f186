import shlex

import pytest

from bootstrap.commands import command

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("value", ["auf nahme.jsonl", "it's", "$HOME;rm", "2026-01-01T00:00:00+00:00"])
def test_a_suggested_command_can_be_pasted(value: str) -> None:
    """A shell takes each setting of it as one word, whatever stands in its value."""
    words = shlex.split(command("produce", {"STACK": "mine", "RATE": "5"}, SOURCE=value))
    assert words == ["make", "produce", f"SOURCE={value}", "STACK=mine"]
