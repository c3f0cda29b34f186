import json
from pathlib import Path

import pytest
from tills import Till

from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put


def sale(name: str, cents: object = 250, **more: str) -> Put:
    """Make a sale of one of five tills."""
    body = {"id": name, "cents": cents, **more}
    return Put(json.dumps(body).encode(), key=f"till-{len(name) % 5}", element=name)


def test_sales(till: Till) -> None:
    """Every sale is stored once and counted once, also where a batch had to be delivered again."""
    counted, taken = till.takings()
    good = [sale(f"sale-{'x' * (number % 5)}{number}") for number in range(100)]
    till.put([*good[:50], sale("sale-without-cents", cents=None), *good[50:]])

    verdict = till.settle()

    assert verdict.lost == ()
    assert {one.element for one in till.stored()} == {one.element for one in good}
    eventually(lambda: till.takings() == (counted + 100, taken + 250), within=30)


def test_registers_and_display(till: Till, tmp_path: Path) -> None:
    """What the tills send by HTTP/2 is stored, and shown once, each till's in its order."""
    good = [sale(f"register-{'x' * (number % 5)}{number}") for number in range(200)]
    with till.displayed(tmp_path / "shown") as shown:
        said = till.sell(good)

        def all_shown() -> bool:
            """See every sale of this test on the display."""
            return {one.element for one in good} <= set(shown())

        eventually(all_shown, within=30)
        ours = [name for name in shown() if name.startswith("register")]  # others' tests are shown too
    assert "Http2Session client" in said
    assert till.settle().lost == ()
    assert {one.element for one in till.stored()} == {one.element for one in good}
    key_of = {one.element: one.key for one in good}
    assert sorted(ours, key=key_of.__getitem__) == sorted(key_of, key=key_of.__getitem__)  # stable


@pytest.mark.parametrize(
    ("bad", "first"),
    [
        pytest.param(sale("a-sale-of-nothing", cents="free"), 1000, id="is refused"),
        pytest.param(sale("a-refund", refunds="of-what-never-was"), 2000, id="times out"),
    ],
)
def test_one_of_many_fails(till: Till, bad: Put, first: int) -> None:
    """A sale that cannot be stored is dead-lettered, and does not affect other records."""
    good = [sale(f"sale-{number}") for number in range(first, first + 12)]
    till.put([*good[:3], bad, *good[3:]])

    verdict = till.settle()

    assert verdict.lost == ()
    assert {one.element for one in till.stored()} == {one.element for one in good}
    assert till.given_up() != []
