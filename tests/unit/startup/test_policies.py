import pytest

from tailrace.startup.policies import Late

pytestmark = pytest.mark.unit


def test_made_when_it_is_looked_into() -> None:
    """Nothing is made before somebody looks, and then it is made once, however one looks."""
    made: list[str] = []

    def make() -> dict[str, int]:
        made.append("made")
        return {"a": 1, "b": 2}

    late = Late(make)
    assert made == []
    assert "a" in late
    assert late.get("c") is None
    assert dict(late.items()) == {"a": 1, "b": 2}
    assert len(late) == 2
    assert made == ["made"]
