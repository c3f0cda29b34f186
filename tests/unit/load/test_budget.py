from pathlib import Path

import pytest

from tailrace.cli import main
from tailrace.load.budget import EventCost

pytestmark = pytest.mark.unit


def test_what_an_event_costs() -> None:
    """A put, what follows, and four looks, by list prices; a budget is asked for twice that."""
    cost = EventCost.of(500, on_demand=False, in_table=True)
    assert cost.put == pytest.approx(0.014e-6)
    assert cost.follows == pytest.approx((2 * 0.625 + 0.2 + 0.8333335) * 1e-6)
    assert cost.looked_for == pytest.approx(4 * 0.125e-6)
    assert cost.guarded == pytest.approx(2 * (cost.put + cost.follows + cost.looked_for))
    assert cost.affordable(1) == 178_741


def test_larger_events_and_other_streams() -> None:
    """A put unit is 25 KB; an on-demand stream bills each begun KB, and what is read of it."""
    assert EventCost.of(25_001, on_demand=False, in_table=False, follows=0).put == pytest.approx(0.028e-6)
    on_demand = EventCost.of(1_100, on_demand=True, in_table=False, follows=2)
    assert on_demand.put == pytest.approx(2048 / 2**30 * 0.08)
    assert on_demand.looked_for == pytest.approx(4 * 2048 / 2**30 * 0.04)
    assert on_demand.follows == pytest.approx(2e-6)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--account", "111122223333"], "AWS bills each event: --budget says how many dollars"),
        (["--budget", "1"], "An emulator costs nothing: --budget goes with --account."),
        (["--account", "111122223333", "--budget", "0"], "0.0 is not in the range x>0"),
    ],
)
def test_no_account_without_a_budget(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is sent to AWS without a budget, and none is named for an emulator."""
    assert main(["load", "readings", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--workers", "0"], "No worker: --workers or --outside says how many."),
        (["--bind", "5557"], "5557 is not of the form HOST:PORT"),
        (["--template", "list.json"], "list.json is not one JSON object"),
    ],
)
def test_what_is_wrong_is_a_sentence(
    words: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No worker, an address and a template that are none are said, before anything is asked or made."""
    monkeypatch.chdir(tmp_path)
    Path("list.json").write_text("[1]")
    assert main(["load", "readings", *words]) == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["list.json"]


def test_an_emulator_is_no_account(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where an emulator is named, an account cannot be meant."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    assert main(["load", "readings", "--account", "111122223333", "--budget", "1"]) == 1
    assert "AWS_ENDPOINT_URL names an emulator" in capsys.readouterr().err
