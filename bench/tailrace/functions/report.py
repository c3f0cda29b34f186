"""The platform's own lines in a function's log: INIT_START, START, END, REPORT and INIT_REPORT. Pure.

Text as CloudWatch shows it, or, where the function's log format is JSON, the platform events of Lambda's
Telemetry API.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple


class Run(NamedTuple):
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

    def init_failed(self, duration: float, phase: str, status: str, error_type: str, now: float) -> list[str]:
        """Say that the environment's start failed; once per attempt."""
        del now
        kind = f"\tError Type: {error_type}" if error_type else ""
        return [f"INIT_REPORT Init Duration: {duration:.2f} ms\tPhase: {phase}\tStatus: {status}{kind}\n"]

    def start(self, request_id: str, version: str, now: float) -> list[str]:
        """Mark the beginning of an invocation."""
        del now
        return [f"START RequestId: {request_id} Version: {version}\n"]

    def end(self, run: Run, now: float) -> list[str]:
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


class JsonLines:
    """The same as JSON objects, one a line."""

    def init_start(self, version: str, arn: str, now: float) -> list[str]:
        """Mark the beginning of an environment."""
        record = {
            "initializationType": "on-demand",
            "phase": "init",
            "runtimeVersion": version,
            "runtimeVersionArn": arn,
        }
        return [_event("platform.initStart", record, now)]

    def init_failed(self, duration: float, phase: str, status: str, error_type: str, now: float) -> list[str]:
        """Say that the environment's start failed; once per attempt."""
        record = {
            "initializationType": "on-demand",
            "phase": phase,
            "status": status,
            "errorType": error_type,
            "metrics": {"durationMs": round(duration, 3)},
        }
        return [_event("platform.initReport", record, now)]

    def start(self, request_id: str, version: str, now: float) -> list[str]:
        """Mark the beginning of an invocation."""
        return [_event("platform.start", {"requestId": request_id, "version": version}, now)]

    def end(self, run: Run, now: float) -> list[str]:
        """Mark its end, with what it took."""
        metrics: dict[str, float] = {
            "durationMs": round(run.duration, 3),
            "billedDurationMs": run.billed,
            "memorySizeMB": run.memory_size,
            "maxMemoryUsedMB": run.memory_used,
        }
        if run.init is not None:
            metrics["initDurationMs"] = round(run.init, 3)
        record: dict[str, object] = {"requestId": run.request_id, "metrics": metrics, "status": run.status}
        if run.error_type:
            record["errorType"] = run.error_type
        return [_event("platform.report", record, now)]


class NoLines(JsonLines):
    """Nothing: the system log level of a JSON log is WARN."""

    def init_start(self, version: str, arn: str, now: float) -> list[str]:
        """Stay silent."""
        del version, arn, now
        return []

    def start(self, request_id: str, version: str, now: float) -> list[str]:
        """Stay silent."""
        del request_id, version, now
        return []

    def end(self, run: Run, now: float) -> list[str]:
        """Stay silent."""
        del run, now
        return []


Lines = TextLines | JsonLines


def lines_for(log_format: str, system_level: str) -> Lines:
    """Choose by the function's logging configuration."""
    if log_format != "JSON":
        return TextLines()
    return NoLines() if system_level == "WARN" else JsonLines()


def stamp(now: float) -> str:
    """Write the moment (epoch seconds) as Lambda's log writes it: 2026-01-31T09:05:07.042Z."""
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _event(kind: str, record: Mapping[str, object], now: float) -> str:
    return json.dumps({"time": stamp(now), "type": kind, "record": record}, separators=(",", ":")) + "\n"
