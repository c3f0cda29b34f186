"""The dashboard's own settings. Which AWS and which stack, `bootstrap/settings.py` says."""

from collections.abc import Mapping
from dataclasses import dataclass

from bootstrap.checks import switch, whole
from bootstrap.setting import Setting

HOST = "127.0.0.1"
"""Nobody beyond this machine is answered."""
SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("DASHBOARD_PORT", "8321", "", "the port on 127.0.0.1 of the dashboard", whole(1, 65_535)),
        Setting("DASHBOARD_OPEN", "1", "", "0: do not open a browser with the dashboard", switch),
    )
}


@dataclass(frozen=True)
class DashboardSettings:
    """The settings of one dashboard, read and checked."""

    port: int
    browser: bool

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "DashboardSettings":
        """Read every setting; the first that cannot be is a `SettingError` that says what it can be."""
        values = {name: setting.read(environ) for name, setting in SETTINGS.items()}
        return cls(int(values["DASHBOARD_PORT"]), values["DASHBOARD_OPEN"] == "1")
