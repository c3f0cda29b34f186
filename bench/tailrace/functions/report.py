"""The platform's own lines in a function's log: INIT_START, START, END, REPORT and INIT_REPORT. Pure.

Text as CloudWatch shows it, or, where the function's log format is JSON, the platform events of Lambda's
Telemetry API.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

_LEVELS = ("DEBUG", "INFO", "WARN")


class ReportedRun(NamedTuple):
    """What one invocation took. Milliseconds and MB; `init` only where the environment was new."""

    request_id: str
    duration: float
    memory_size: int
    memory_used: int
    init: float | None = None
    status: str = "success"
    error_type: str = ""

    @property
    def billed(self) -> int:
        """Milliseconds that AWS would charge: duration and, since August 2025, init, rounded up."""
        return math.ceil(self.duration + (self.init or 0))


class TextLines:
    """The lines as text."""

    def init_start(self, version: str, arn: str, now: float) -> list[str]:
        """Mark the beginning of an environment."""
        del now
        return [f"INIT_START Runtime Version: {version}\tRuntime Version ARN: {arn}\n"]

    def init_done(self, duration: float, now: float) -> list[str]:
        """Say nothing: REPORT has the duration."""
        del duration, now
        return []

    def init_failed(self, duration: float, phase: str, status: str, error_type: str, now: float) -> list[str]:
        """Say that the environment's start failed; once per attempt."""
        del now
        kind = f"\tError Type: {error_type}" if error_type else ""
        return [f"INIT_REPORT Init Duration: {duration:.2f} ms\tPhase: {phase}\tStatus: {status}{kind}\n"]

    def start(self, request_id: str, version: str, now: float) -> list[str]:
        """Mark the beginning of an invocation."""
        del now
        return [f"START RequestId: {request_id} Version: {version}\n"]

    def end(self, run: ReportedRun, now: float) -> list[str]:
        """Mark its end, with what it took."""
        del now
        fields = [
            f"REPORT RequestId: {run.request_id}",
            f"Duration: {run.duration:.2f} ms",
            f"Billed Duration: {run.billed} ms",
            f"Memory Size: {run.memory_size} MB",
            f"Max Memory Used: {run.memory_used} MB",
        ]
        if run.init is not None:
            fields.append(f"Init Duration: {run.init:.2f} ms")
        if run.status != "success":
            fields.append(f"Status: {run.status}")
            if run.status == "error":
                fields.append(f"Error Type: {run.error_type}")
        return [f"END RequestId: {run.request_id}\n", "\t".join(fields) + "\t\n"]


class JsonReport:
    """The same as JSON objects, one a line, from a system log level on: DEBUG, INFO or WARN.

    Which event has which level stands in the developer guide ("System log level event mapping").
    """

    def __init__(self, level: str = "INFO") -> None:
        self._lowest = _LEVELS.index(level)

    def init_start(self, version: str, arn: str, now: float) -> list[str]:
        """Mark the beginning of an environment."""
        record = {
            "initializationType": "on-demand",
            "phase": "init",
            "runtimeVersion": version,
            "runtimeVersionArn": arn,
        }
        return self._at("INFO", _event("platform.initStart", record, now))

    def init_done(self, duration: float, now: float) -> list[str]:
        """Say that the environment has started."""
        done = {"initializationType": "on-demand", "phase": "init", "status": "success"}
        report = done | {"metrics": {"durationMs": round(duration, 3)}}
        return self._at(
            "DEBUG",
            _event("platform.initRuntimeDone", done, now),
            _event("platform.initReport", report, now),
        )

    def init_failed(self, duration: float, phase: str, status: str, error_type: str, now: float) -> list[str]:
        """Say that the environment's start failed; once per attempt."""
        done = {"initializationType": "on-demand", "phase": phase, "status": status, "errorType": error_type}
        report = done | {"metrics": {"durationMs": round(duration, 3)}}
        return self._at(
            "WARN",
            _event("platform.initRuntimeDone", done, now),
            _event("platform.initReport", report, now),
        )

    def start(self, request_id: str, version: str, now: float) -> list[str]:
        """Mark the beginning of an invocation."""
        record = {"requestId": request_id, "version": version}
        return self._at("INFO", _event("platform.start", record, now))

    def end(self, run: ReportedRun, now: float) -> list[str]:
        """Mark its end, with what it took."""
        metrics: dict[str, float] = {
            "durationMs": round(run.duration, 3),
            "billedDurationMs": run.billed,
            "memorySizeMB": run.memory_size,
            "maxMemoryUsedMB": run.memory_used,
        }
        if run.init is not None:
            metrics["initDurationMs"] = round(run.init, 3)
        common: dict[str, object] = {"requestId": run.request_id, "status": run.status}
        if run.error_type:
            common["errorType"] = run.error_type
        done = common | {"metrics": {"durationMs": round(run.duration, 3)}}
        failed = run.status != "success"
        return [
            *self._at("WARN" if failed else "DEBUG", _event("platform.runtimeDone", done, now)),
            *self._at(
                "WARN" if failed else "INFO", _event("platform.report", common | {"metrics": metrics}, now)
            ),
        ]

    def _at(self, level: str, *lines: str) -> list[str]:
        return list(lines) if _LEVELS.index(level) >= self._lowest else []


Lines = TextLines | JsonReport


def lines_for(log_format: str, system_level: str) -> Lines:
    """Choose by the function's logging configuration."""
    return JsonReport(system_level) if log_format == "JSON" else TextLines()


def stamp(now: float) -> str:
    """Write the moment (epoch seconds) as Lambda's log writes it: 2026-01-31T09:05:07.042Z."""
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _event(kind: str, record: Mapping[str, object], now: float) -> str:
    return json.dumps({"time": stamp(now), "type": kind, "record": record}, separators=(",", ":")) + "\n"
