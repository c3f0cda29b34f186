"""Every setting of the producer: its name, default, unit, meaning and bounds, once.

A setting comes from the environment, which is where `make produce NAME=value` puts it too; an empty value
counts as unset. Which AWS and which stack, `bootstrap/settings.py` says.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bootstrap.checks import switch, zoned
from bootstrap.errors import SettingError
from bootstrap.setting import Setting
from producer import checks
from producer.anomaly import SHAPES
from producer.jsonevents import FieldNames

GENERATED = 1000
"""Events that are generated where nothing else says how many."""
LONGEST_RUN = 366 * 86_400
"""Seconds that a run with an anomaly lasts at most."""


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("STREAM", "", "", "stream to send to, or to record, instead of the stack's", checks.stream),
        Setting(
            "COUNT",
            str(GENERATED),
            "events",
            "how many to send; where SOURCE or DURATION is set and COUNT is not, there is no such bound",
            checks.count,
        ),
        Setting(
            "DURATION",
            "",
            "seconds",
            "how long to send, or to record; what has been read by then is finished",
            checks.above_zero,
        ),
        Setting("RATE", "0", "events/s", "how fast to send; 0 is as fast as possible", checks.rate),
        Setting(
            "ANOMALY",
            "",
            "",
            "what to inject into generated events, in the middle of the run: spike, drop, silence, outlier",
            checks.anomaly,
        ),
        Setting(
            "WARMUP",
            "1",
            "",
            "0: with ANOMALY, do not send usual traffic first where the detector has too little history",
            switch,
        ),
        Setting(
            "SEED",
            "",
            "",
            "the same seed generates the same events, byte for byte; unset, one is drawn and printed",
            checks.seed,
        ),
        Setting(
            "START",
            "",
            "",
            "time of the first generated event; unset, 2026-01-01T00:00:00+00:00 with SEED, now without",
            checks.start,
        ),
        Setting(
            "SOURCE",
            "",
            "",
            "file to send, - is standard input: JSON Lines, access log, recording; .gz, .bz2, .xz too",
            checks.source,
        ),
        Setting(
            "PARTITION_KEY",
            "",
            "",
            "field of a JSON event that its partition key is taken from, such as meta.sensor; unset, userId",
            checks.field,
        ),
        Setting(
            "EVENT_ID",
            "",
            "",
            "field of a JSON event that holds its id; unset, eventId, or an id is made from the line",
            checks.field,
        ),
        Setting(
            "TIMESTAMP",
            "",
            "",
            "field of a JSON event that holds its time: ISO 8601, or epoch seconds or milliseconds; unset, "
            "timestamp, or when the file was changed",
            checks.field,
        ),
        Setting("RAW", "0", "", "1: send each line of SOURCE as it stands, whatever it is", switch),
        Setting(
            "SPEED",
            "",
            "",
            "replay SOURCE with its own timestamps' spacing, that many times faster",
            checks.above_zero,
        ),
        Setting("WORKERS", "2", "", "processes that `make load` sends with", checks.workers),
        Setting(
            "BUDGET", "", "USD", "with TARGET=aws: what the events of `make load` may cost", checks.above_zero
        ),
        Setting("LEDGER", "", "", "file to add a line to for each acknowledged event", checks.output),
        Setting(
            "UNDELIVERED",
            "",
            "",
            "file for events that do not get through, if any; unset, undelivered-<time>.jsonl",
            checks.fresh,
        ),
        Setting(
            "PATIENCE", "60", "seconds", "how long an event is tried before it is given up", checks.above_zero
        ),
        Setting(
            "USER_KEY",
            "",
            "",
            "secret that visitors' pseudonyms are made with; unset, one is drawn and kept in .producer/",
            checks.user_key,
        ),
    )
}


@dataclass(frozen=True)
class ProducerSettings:
    """The settings of one run, read and checked; units as in `SETTINGS`."""

    stream: str
    count: int | None
    duration: float | None
    rate: float
    anomaly: str
    warmup: bool
    seed: int | None
    start: datetime | None
    source: str
    raw: bool
    speed: float | None
    workers: int
    budget: float | None
    ledger: Path | None
    undelivered: Path | None
    patience: float
    user_key: str
    named: FieldNames

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "ProducerSettings":
        """Read every setting; the first that cannot be is a `SettingError` that says what it can be."""
        values = {name: setting.read(environ) for name, setting in SETTINGS.items()}
        given = {name for name in SETTINGS if environ.get(name, "").strip() not in {"", "0"}}
        if not float(values["RATE"]):
            given.discard("RATE")
        _check_together(given)
        _check_anomaly(values["ANOMALY"], given)
        counted = "COUNT" in given or not given & {"SOURCE", "DURATION"}
        settings = cls(
            stream=values["STREAM"],
            count=int(values["COUNT"]) if counted else None,
            duration=_float(values["DURATION"]),
            rate=float(values["RATE"]),
            anomaly=values["ANOMALY"],
            warmup=values["WARMUP"] == "1",
            seed=int(values["SEED"]) if values["SEED"] else None,
            start=zoned(values["START"]),
            source=values["SOURCE"],
            raw=values["RAW"] == "1",
            speed=_float(values["SPEED"]),
            workers=int(values["WORKERS"]),
            budget=_float(values["BUDGET"]),
            ledger=_path(values["LEDGER"]),
            undelivered=_path(values["UNDELIVERED"]),
            patience=float(values["PATIENCE"]),
            user_key=values["USER_KEY"],
            named=FieldNames(values["PARTITION_KEY"], values["EVENT_ID"], values["TIMESTAMP"]),
        )
        _check_length(settings)
        return settings


def _check_together(given: set[str]) -> None:
    """Refuse what would otherwise be accepted and ignored."""
    for name in ("SPEED", "RAW", "PARTITION_KEY", "EVENT_ID", "TIMESTAMP"):
        if name in given and "SOURCE" not in given:
            raise SettingError(f"{name} is about a source: name it with SOURCE=, or leave {name} out.")
    for name in ("SEED", "START", "ANOMALY"):
        if name in given and "SOURCE" in given:
            raise SettingError(f"{name} is about generated events, and SOURCE is set: leave one of them out.")
    if {"SPEED", "RATE"} <= given:
        raise SettingError("SPEED and RATE both say how fast: leave one of them out.")


def _check_anomaly(anomaly: str, given: set[str]) -> None:
    """Refuse an anomaly of a rate where there is none, and one in the middle of a run without an end."""
    if anomaly in SHAPES and "RATE" not in given:
        raise SettingError(f"ANOMALY={anomaly} is a change of the rate: set RATE= to the usual one.")
    if anomaly and "DURATION" in given and not given & {"RATE", "COUNT"}:
        raise SettingError(f"ANOMALY={anomaly} comes in the middle of the run: set RATE= or COUNT= too.")


def _check_length(settings: ProducerSettings) -> None:
    """Refuse an anomaly that is not to be waited for."""
    if settings.anomaly and settings.rate:
        counted = settings.count / settings.rate if settings.count else math.inf
        if min(counted, settings.duration or math.inf) > LONGEST_RUN:
            raise SettingError(
                f"ANOMALY={settings.anomaly} comes in the middle of the run, which lasts more than a year: "
                "set a smaller COUNT= or DURATION=, or a higher RATE=."
            )


def _float(value: str) -> float | None:
    return float(value) if value else None


def _path(value: str) -> Path | None:
    return Path(value) if value else None
