import pytest

from tailrace.startup.policies import LateItems, LateList, LateMapping

pytestmark = pytest.mark.unit


def test_made_when_it_is_looked_into() -> None:
    """Nothing is made before somebody looks, and then it is made once, however one looks."""
    made: list[str] = []

    def make() -> dict[str, int]:
        made.append("made")
        return {"a": 1, "b": 2}

    late = LateMapping(make)
    assert made == []
    assert "a" in late
    assert late.get("c") is None
    assert dict(late.items()) == {"a": 1, "b": 2}
    assert len(late) == 2
    assert made == ["made"]


def test_what_is_changed_is_made_first() -> None:
    """A dictionary that is made late takes changes as any other, beside what it was made with."""
    late = LateItems(lambda: {"a": 1, "b": 2})
    late["c"] = 3
    del late["a"]
    assert dict(late) == {"b": 2, "c": 3}


def test_a_list_that_is_made_late() -> None:
    """It is made once, and is iterated, cut and added to as a list is."""
    made: list[str] = []

    def make() -> list[int]:
        made.append("made")
        return [1, 2, 3]

    late, more = LateList(make), [4]
    assert made == []
    assert (late[1:], late + more, set(late), len(late)) == ([2, 3], [1, 2, 3, 4], {1, 2, 3}, 3)
    assert made == ["made"]
