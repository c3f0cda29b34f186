"""The settings of `make logs`: which lines it shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from bootstrap.checks import anything, one_of
from bootstrap.setting import Setting

SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("FILTER", "", "", "only log lines that hold this text, in capitals or not", anything),
        Setting(
            "LEVEL",
            "",
            "",
            "only log lines of this level and above: DEBUG, INFO, WARN, ERROR",
            one_of("DEBUG", "INFO", "WARN", "ERROR"),
        ),
    )
}


@dataclass(frozen=True)
class LogSettings:
    """Which lines are shown: those that hold `text`, of `level` and above; empty is all."""

    text: str
    level: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "LogSettings":
        """Read them; the first that is not valid is a `SettingError`."""
        return cls(SETTINGS["FILTER"].read(environ), SETTINGS["LEVEL"].read(environ))
