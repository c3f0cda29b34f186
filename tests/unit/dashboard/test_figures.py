import pytest

from dashboard.figures import figures
from dashboard.queues import Both, QueueContents
from dashboard.view import DashboardView, MappingState, Rest
from tests.unit.dashboard.given import at, minute, viewed

pytestmark = pytest.mark.unit


def given(rest: Rest | None = None) -> DashboardView:
    """Return a view of two minutes, the second of which goes on."""
    return viewed(at(1.5), [minute(0, {"shop": 90}), minute(1, {"shop": 3})], rest)


def test_figures_of_a_pipeline_that_is_well() -> None:
    """Nothing is pointed out, and each figure is the pipeline's own, whatever the handler counts."""
    rest = Rest(mapping=MappingState("Enabled", "OK"))
    assert {name: figure.value for name, figure in figures(given(rest)).items()} == {
        "Events": "93",
        "Rate": "1.5 /s",
        "Lag": "0 ms",
        "Quarantine": "0",
        "Dead letters": "0",
        "Mapping": "Enabled",
    }
    assert all(figure.well for figure in figures(given(rest)).values())


def test_figures_that_need_a_look() -> None:
    """Dead letters, quarantined records and a mapping that does not run are pointed out."""
    rest = Rest(
        queues=Both(QueueContents(2, 2), QueueContents(1, 130)),
        mapping=MappingState("Enabled", "PROBLEM: Function call failed"),
    )
    bad = {name: figure.value for name, figure in figures(given(rest)).items() if not figure.well}
    assert bad == {"Quarantine": "2", "Dead letters": "130", "Mapping": "Enabled"}


def test_messages_are_called_so() -> None:
    """As long as a queue was not read its messages are not called records."""
    figure = figures(given(Rest(queues=Both(quarantine=QueueContents(12, None)))))["Quarantine"]
    assert figure == ("12", "messages, not read yet", False)
