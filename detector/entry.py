"""The Lambda function: once a minute, look at the minutes that have finished since the last look.

Each anomaly is kept in the ledger table before anybody is told, and marked once the topic has taken the
message: a run that dies in between is made good by the next one. So a message may come twice after a crash
between the two, and is never lost. `AnomaliesDetected` counts the anomalies that are new in this run (0 in
most), so its alarm goes back by itself; `AnomalyScore` is how strong the strongest of them is.
"""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from detector import clients
from detector.anomaly_store import AnomalyStore
from detector.findings import PAUSE, Anomaly, find, lateness, parts
from detector.message import body, subject
from detector.settings import DetectorSettings
from handler.once.totals import MINUTE, minute_of

FIRST_LOOK = timedelta(minutes=10)
"""How far back the very first run tells of what it finds."""


@dataclass(frozen=True, slots=True)
class DetectorRun:
    """One look; `now` is given, so that tests can choose it."""

    settings: DetectorSettings
    book: AnomalyStore
    cloudwatch: Any
    sns: Any

    def look(self, now: datetime) -> list[Anomaly]:
        """Look at what has finished by now; return the anomalies that are new."""
        begin = now - timedelta(hours=self.settings.history_hours)
        minutes, whole_until = self.book.totals(begin, now + MINUTE)
        end = self._finished(now, lateness(minutes), whole_until)
        since = self.book.looked_until() or end - FIRST_LOOK
        finished = [minute for minute in minutes if minute.at < end]
        anomalies = [
            anomaly
            for part in parts(finished, self.book.gaps(begin))
            for anomaly in find(part, self.settings.sensitivity)
        ]
        recent = [anomaly for anomaly in anomalies if anomaly.end >= since - PAUSE * MINUTE]
        new = [anomaly for anomaly in recent if self.book.note(anomaly)]
        self._announce()
        self._count(new, now)
        self.book.note_looked(max(since, end))
        return new

    def _finished(self, now: datetime, late: timedelta, whole_until: datetime | None) -> datetime:
        """Return the first minute that has not finished, or of which events are still on their way."""
        settle = timedelta(seconds=self.settings.settle)
        waited = now - max(settle, late)
        return minute_of(max(waited, min(now - settle, whole_until or waited)))

    def _announce(self) -> None:
        """Tell of every kept anomaly of which nobody was told, this run's or an earlier one's."""
        where = self.settings.namespace
        for anomaly in self.book.unannounced():
            self.sns.publish(
                TopicArn=self.settings.topic,
                Subject=subject(anomaly, where),
                Message=body(anomaly, where, self.settings.topic),
            )
            self.book.note_said(anomaly)

    def _count(self, new: Sequence[Anomaly], now: datetime) -> None:
        strongest = max((anomaly.strength for anomaly in new), default=0.0)
        values = {"AnomaliesDetected": float(len(new)), "AnomalyScore": strongest}
        self.cloudwatch.put_metric_data(
            Namespace=self.settings.namespace,
            MetricData=[
                {"MetricName": name, "Timestamp": now, "Value": value, "Unit": "None"}
                for name, value in values.items()
            ],
        )


def _watch() -> DetectorRun:
    settings = DetectorSettings.from_environment(os.environ)
    book = AnomalyStore(clients.client("dynamodb"), settings.table, settings.retention_days)
    return DetectorRun(settings, book, clients.client("cloudwatch"), clients.client("sns"))


WATCH: list[DetectorRun] = []  # made at the first run and kept: clients are dear to make


def lambda_handler(_event: object, _context: object) -> dict[str, int]:
    """Look once; the event says nothing that is needed."""
    if not WATCH:
        WATCH.append(_watch())
    new = WATCH[0].look(datetime.now(UTC))
    for anomaly in new:
        line = {
            "level": "WARNING",
            "message": "anomaly",
            "kind": anomaly.kind,
            "begin": anomaly.begin.isoformat(),
        }
        sys.stdout.write(json.dumps(line | {"seen": anomaly.seen, "expected": anomaly.expected}) + "\n")
    return {"anomalies": len(new)}
