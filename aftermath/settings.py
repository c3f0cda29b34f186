"""Every setting of these commands: its name, default, unit, meaning and bounds, once.

A setting comes from the environment, which is where `make replay NAME=value` puts it too; an empty value
counts as unset. STREAM and DURATION, which `record` obeys, are the producer's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from bootstrap.checks import anything, moment, switch, zoned
from bootstrap.errors import SettingError
from bootstrap.setting import Setting
from producer.settings import SETTINGS as PRODUCER

type From = Literal["quarantine", "dead-letters", "both"]
LONGEST_WAIT = 3600
FILTERS = ("FROM", "REASON", "KEY", "SINCE", "UNTIL")


def _from(value: str) -> str | None:
    return (
        None
        if value in {"quarantine", "dead-letters", "both"}
        else "expected quarantine, dead-letters, or both"
    )


def _reason(value: str) -> str | None:
    return (
        None
        if re.fullmatch(r"[A-Za-z-]{1,64}", value)
        else "expected a reason, as `make quarantine` lists them"
    )


def _wait(value: str) -> str | None:
    fits = re.fullmatch(r"[0-9]{1,4}", value) and int(value) <= LONGEST_WAIT
    return None if fits else f"expected a whole number from 0 to {LONGEST_WAIT}"


def _times(value: str) -> str | None:
    fits = re.fullmatch(r"[0-9]{1,3}", value) and int(value)
    return None if fits else "expected a whole number from 1 to 999"


def _new_file(value: str) -> str | None:
    if value == "-":
        return "expected a file that SOURCE= can play: name one"
    path = Path(value)
    if path.exists():
        return "it exists already: name another file"
    return None if path.absolute().parent.is_dir() else "its folder does not exist, make it first"


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("FROM", "both", "", "what to list or replay: quarantine, dead-letters, or both", _from),
        Setting("REASON", "", "", "only records that failed for this reason", _reason),
        Setting("KEY", "", "", "only events of this partition key", anything),
        Setting("SINCE", "", "", "only what arrived in the stream from this time on (ISO 8601)", moment),
        Setting("UNTIL", "", "", "only what arrived in the stream before this time (ISO 8601)", moment),
        Setting("GO", "0", "", "1: replay; otherwise it only says what it would do", switch),
        Setting("WAIT", "30", "seconds", "how long a replay waits to see what became of its events", _wait),
        Setting("OUT", "", "", "file to record a stream into", _new_file),
        Setting("TIMES", "1", "", "how often to deliver all that the stream holds once more", _times),
        Setting("EVENT", "", "", "event to trace: its eventId, or its record's sequence number", anything),
    )
}


@dataclass(frozen=True)
class AftermathSettings:
    """The settings of one command, read and checked; units as in `SETTINGS`."""

    source: From
    reason: str
    key: str
    since: datetime | None
    until: datetime | None
    go: bool
    wait: int
    out: Path | None
    event: str
    times: int
    stream: str
    duration: float | None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "AftermathSettings":
        """Read every setting; the first that cannot be is a `SettingError` that says what it can be."""
        values = {name: setting.read(environ) for name, setting in SETTINGS.items()}
        duration = PRODUCER["DURATION"].read(environ)
        since, until = zoned(values["SINCE"]), zoned(values["UNTIL"])
        if since and until and since >= until:
            raise SettingError("SINCE is not before UNTIL: nothing can be in between.")
        return cls(
            source=_source(values["FROM"]),
            reason=values["REASON"],
            key=values["KEY"],
            since=since,
            until=until,
            go=values["GO"] == "1",
            wait=int(values["WAIT"]),
            out=Path(values["OUT"]) if values["OUT"] else None,
            event=values["EVENT"],
            times=int(values["TIMES"]),
            stream=PRODUCER["STREAM"].read(environ),
            duration=float(duration) if duration else None,
        )


def filters(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that choose among records, where they are set: a suggested command has them too."""
    chosen = {name: environ.get(name, "").strip() for name in FILTERS}
    return {name: value for name, value in chosen.items() if value}


def begun(since: datetime | None) -> datetime | None:
    """Return SINCE, from which on a stream is to be read; no stream can be read from the future on."""
    if since and since > datetime.now(UTC):
        raise SettingError("SINCE is in the future: nothing has arrived since then, name an earlier time.")
    return since


def _source(value: str) -> From:
    return "quarantine" if value == "quarantine" else "dead-letters" if value == "dead-letters" else "both"
