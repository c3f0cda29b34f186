import pytest

from bootstrap.errors import SettingError
from dashboard.settings import DashboardSettings

pytestmark = pytest.mark.unit


def test_defaults() -> None:
    """Without settings it is port 8321, and a browser is opened."""
    assert DashboardSettings.from_environment({}) == DashboardSettings(8321, browser=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DASHBOARD_PORT", "65536"),
        ("DASHBOARD_PORT", "0"),
        ("DASHBOARD_PORT", "9" * 5000),
        ("DASHBOARD_OPEN", "no"),
    ],
)
def test_values_that_cannot_be(name: str, value: str) -> None:
    """A value that cannot be is refused in a sentence that says what can be."""
    with pytest.raises(SettingError, match=rf"{name}={value} is not valid: expected"):
        DashboardSettings.from_environment({name: value})
