"""Every setting of the pipeline: its name, default, unit, meaning and bounds, once.

A setting comes from the environment, which is where `make NAME=value` puts it too; an empty value counts as
unset. The producer's own settings stand in `producer/settings.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bootstrap.checks import Check, anything, matching, one_of, url, whole
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


# The stack's name is part of a bucket's name: at most 63 characters, with the account and the region in it.
_STACK = "expected at most 35 lower-case letters, digits and single hyphens, of which the first is a letter"

SETTINGS = {
    setting.name: setting
    for setting in (
        Setting(
            "TARGET",
            "localstack",
            "",
            "where the pipeline runs: localstack, or aws",
            one_of("localstack", "aws"),
        ),
        Setting(
            "AWS_ENDPOINT_URL",
            "",
            "",
            "a running emulator to attach to, instead of starting one; must be unset with TARGET=aws",
            url,
        ),
        Setting(
            "EMULATOR",
            "auto",
            "",
            "where the emulator runs: docker, embedded, or auto (what runs already, else docker where an "
            "engine answers); for the tests also testcontainers",
            one_of("auto", "docker", "embedded", "testcontainers"),
        ),
        Setting(
            "EMULATOR_PORT",
            "4566",
            "",
            "the port on 127.0.0.1 of the emulator that is started",
            whole(1, 65535),
        ),
        Setting("EMULATOR_HOME", ".emulator", "", "the folder that the emulator is installed into", anything),
        Setting(
            "RUNTIMES",
            "",
            "",
            "Lambda runtimes to install beside python3.13: nodejs24.x,python3.12",
            anything,
        ),
        Setting(
            "STACK",
            "tailrace",
            "",
            "the stack's name; tailrace has the recipe's names, any other makes every name its own",
            matching(r"(?=.{1,35}$)[a-z][a-z0-9]*(-[a-z0-9]+)*", _STACK),
        ),
        Setting(
            "HANDLER",
            "handler",
            "",
            "the folder of your handler: analytics.py, and requirements.txt if it needs packages",
            anything,
        ),
        Setting("SHARDS", "2", "", "shards of the stream", whole(1, 200)),
        Setting("BATCH_SIZE", "100", "records", "records in one invocation, at most", whole(1, 10_000)),
        Setting("BATCH_WINDOW", "5", "seconds", "how long a batch may wait to fill", whole(0, 300)),
        Setting(
            "RETENTION_DAYS",
            "30",
            "days",
            "after which an item of the results table expires",
            whole(1, 3650),
        ),
        Setting(
            "RETRY_ATTEMPTS",
            "20",
            "",
            "tries of a failed batch after the first, before it becomes a dead letter",
            whole(0, 10_000),
        ),
        Setting(
            "RECORD_AGE",
            "3600",
            "seconds",
            "after which a record that still fails becomes a dead letter",
            whole(60, 604_800),
        ),
        Setting(
            "ALARM_EMAIL",
            "",
            "",
            "the address that alarms and anomalies are sent to",
            matching(r"[^@\s]+@[^@\s]+", "expected an address such as me@example.org"),
        ),
        Setting(
            "ALARM_PERIOD",
            "300",
            "seconds",
            "what an alarm looks at: 10 and 30 on an emulator only, 60, 300, 900, 3600",
            one_of("10", "30", "60", "300", "900", "3600"),
        ),
        Setting(
            "ALARM_LAG",
            "60000",
            "milliseconds",
            "how long a record may wait in the stream",
            whole(1, 604_800_000),
        ),
        Setting(
            "ALARM_REJECTED",
            "10",
            "records",
            "how many quarantined in one period are an alarm",
            whole(1, 1_000_000),
        ),
        Setting("DETECTOR", "1", "", "0: the anomaly detector is not invoked", one_of("0", "1")),
        Setting(
            "ANOMALY_THRESHOLD",
            "5",
            "",
            "robust standard deviations from which on a minute may be an anomaly",
            whole(1, 100),
        ),
        Setting(
            "ANOMALY_MINIMUM",
            "15",
            "minutes",
            "history before the detector speaks",
            whole(3, 1000),
        ),
        Setting(
            "TRACING", "0", "", "1: Lambda traces the functions with X-Ray; on AWS only", one_of("0", "1")
        ),
        Setting(
            "AWS_ACCOUNT_ID",
            "",
            "",
            "the account meant with TARGET=aws; must be the one that the credentials belong to",
            matching(r"\d{12}", "expected twelve digits"),
        ),
        Setting(
            "AWS_REGION",
            "us-east-1",
            "",
            "the region; AWS_DEFAULT_REGION is read too; TARGET=aws has no default",
            matching(r"[a-z]{2,3}(-[a-z]+)+-\d", "expected a region's name such as eu-central-1"),
        ),
        Setting(
            "EMULATOR_IMAGE",
            "",
            "",
            "an image to take as it is, instead of building one",
            anything,
        ),
        Setting(
            "EMULATOR_BASE",
            "",
            "",
            "an image to build ours upon, instead of python:3.13-slim-trixie",
            anything,
        ),
        Setting(
            "EMULATOR_OFFLINE",
            "",
            "",
            "1: a container without a way to anything beyond this machine",
            one_of("0", "1"),
        ),
        Setting(
            "LOCALSTACK_IMAGE",
            "",
            "",
            "an image of LocalStack's own to run instead, such as localstack/localstack:4.14.0",
            anything,
        ),
        Setting(
            "WATCH",
            "",
            "",
            "1: make up deploys again whenever a file of the handler is saved",
            one_of("0", "1"),
        ),
        Setting("YES", "", "", "1: do not ask before anything is done on AWS", one_of("0", "1")),
    )
}


@dataclass(frozen=True)
class Settings:
    """The settings of one command, read and checked; units as in `SETTINGS`."""

    target: Literal["localstack", "aws"]
    stack: str
    handler: str
    shards: int
    batch_size: int
    batch_window: int
    retention_days: int
    retry_attempts: int
    record_age: int
    alarm_email: str
    alarm_period: int
    alarm_lag: int
    alarm_rejected: int
    detector: bool
    anomaly_threshold: int
    anomaly_minimum: int
    tracing: bool
    watch: bool
    yes: bool

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read every setting; the first that cannot be is a `SettingError` that says what it can be."""
        values = {name: setting.read(environ) for name, setting in SETTINGS.items()}
        return cls(
            target="aws" if values["TARGET"] == "aws" else "localstack",
            stack=values["STACK"],
            handler=values["HANDLER"],
            shards=int(values["SHARDS"]),
            batch_size=int(values["BATCH_SIZE"]),
            batch_window=int(values["BATCH_WINDOW"]),
            retention_days=int(values["RETENTION_DAYS"]),
            retry_attempts=int(values["RETRY_ATTEMPTS"]),
            record_age=int(values["RECORD_AGE"]),
            alarm_email=values["ALARM_EMAIL"],
            alarm_period=int(values["ALARM_PERIOD"]),
            alarm_lag=int(values["ALARM_LAG"]),
            alarm_rejected=int(values["ALARM_REJECTED"]),
            detector=values["DETECTOR"] == "1",
            anomaly_threshold=int(values["ANOMALY_THRESHOLD"]),
            anomaly_minimum=int(values["ANOMALY_MINIMUM"]),
            tracing=values["TRACING"] == "1",
            watch=values["WATCH"] == "1",
            yes=values["YES"] == "1",
        )

    def parameters(self) -> dict[str, str]:
        """Return the template's parameters that these settings give (all but the code's place)."""
        return {
            "ShardCount": str(self.shards),
            "BatchSize": str(self.batch_size),
            "BatchWindow": str(self.batch_window),
            "RetentionDays": str(self.retention_days),
            "RetryAttempts": str(self.retry_attempts),
            "RecordAge": str(self.record_age),
            "AlarmEmail": self.alarm_email,
            "AlarmPeriod": str(self.alarm_period),
            "AlarmLag": str(self.alarm_lag),
            "AlarmRejected": str(self.alarm_rejected),
            "Detector": str(int(self.detector)),
            "AnomalyThreshold": str(self.anomaly_threshold),
            "AnomalyMinimum": str(self.anomaly_minimum),
            "Tracing": "Active" if self.tracing else "PassThrough",
        }
