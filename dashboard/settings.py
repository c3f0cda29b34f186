"""The dashboard's own settings. Which AWS and which stack, `bootstrap/settings.py` says."""

from collections.abc import Mapping
from dataclasses import dataclass

from bootstrap.settings import Setting


def _port(value: str) -> str | None:
    fits = value.isascii() and value.isdecimal() and 1 <= int(value) <= 65_535  # noqa: PLR2004  TCP's highest
    return None if fits else "it is a whole number from 1 to 65535"


def _switch(value: str) -> str | None:
    return None if value in {"0", "1"} else "it is 0 or 1"


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("DASHBOARD_PORT", "8321", "", "the port on 127.0.0.1 of the dashboard", _port),
        Setting("DASHBOARD_OPEN", "1", "", "0: do not open a browser with the dashboard", _switch),
    )
}


@dataclass(frozen=True)
class Settings:
    """The settings of one dashboard, read and checked."""

    port: int
    browser: bool

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read every setting; the first that cannot be is a `SettingError` that says what it can be."""
        values = {name: setting.read(environ) for name, setting in SETTINGS.items()}
        return cls(int(values["DASHBOARD_PORT"]), values["DASHBOARD_OPEN"] == "1")
