from pathlib import Path

import pytest

from producer.load import main, words
from producer.settings import ProducerSettings

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"COUNT": "500", "WORKERS": "3", "RATE": "50"},
            ["--workers", "3", "--count", "500", "--rate", "50.0"],
        ),
        ({"DURATION": "20"}, ["--workers", "2", "--duration", "20.0"]),
    ],
)
def test_the_settings_become_options(given: dict[str, str], said: list[str]) -> None:
    """Count, time, rate and workers are handed on; each event is looked for in the table of results."""
    settings = ProducerSettings.from_environment(given)
    assert words(settings, Path("event.json"), {"TableName": "results"}) == [
        *said,
        *("--template", "event.json", "--id", "eventId"),
        *("--table", "results", "--attribute", "eventId", "--settle", "600"),
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"TARGET": "aws"}, "AWS bills each event: BUDGET= says how many dollars"),
        ({"BUDGET": "1"}, "BUDGET is for TARGET=aws: an emulator costs nothing."),
        ({"BUDGET": "0"}, "BUDGET=0 is not valid"),
    ],
)
def test_a_budget_goes_with_an_account(
    given: dict[str, str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """AWS is sent nothing without a budget, and nothing is asked of anybody to find that out."""
    assert main(given) != 0
    assert said in capsys.readouterr().err
