from pathlib import Path

import pytest

from producer.load import words
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
