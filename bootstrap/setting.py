"""What a setting is, and how it is read."""

from collections.abc import Mapping
from dataclasses import dataclass

from bootstrap.checks import Check
from bootstrap.errors import SettingError


@dataclass(frozen=True)
class Setting:
    """One setting; `unit` is empty for a name, a count or a switch, `default` where there is none."""

    name: str
    default: str
    unit: str
    meaning: str
    check: Check

    def read(self, environ: Mapping[str, str]) -> str:
        """Return the value, or the default; raise `SettingError` if it is none that this setting can have."""
        value = environ.get(self.name, "").strip() or self.default
        wanted = self.check(value) if value else None
        if wanted:
            raise SettingError(f"{self.name}={value} is not valid: {wanted}.")
        return value
