"""Judges every alarm, again and again, and tells whoever is to be told.

AWS judges an alarm once a minute, or every ten seconds if its period is shorter; here all are judged every
`EVERY` seconds, over periods that end now.
"""

import logging
import threading
from collections.abc import Mapping
from datetime import UTC
from typing import Any, NamedTuple

from tailrace import cloudwatch
from tailrace.clock import CLOCK, Clock
from tailrace.cloudwatch.alarms import actions, book, composite, reasons
from tailrace.cloudwatch.alarms.messages import moment
from tailrace.cloudwatch.alarms.rules import ALARM, OK, AlarmRule, Datapoint, judge, rule_of
from tailrace.cloudwatch.queries import HOUR, MINUTE, Queries, QueryError, metric_id
from tailrace.cloudwatch.series import Periods
from tailrace.cloudwatch.statistics import is_extended, statistic
from tailrace.cloudwatch.store import MetricStore, Place

LOG = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two judgements of an alarm."""
SECONDS_KEPT = 2 * HOUR
"""How far back an alarm may look in periods that end at any second; longer ones end on whole minutes."""
LOW_SAMPLES = 10.0
HALF, HUNDRED = 50.0, 100.0


class Waiting(NamedTuple):
    """Actions of a composite alarm that wait for its suppressor: until when, and for which change."""

    until: float
    change: book.Changed


class AlarmWatch:
    """A thread that judges all alarms."""

    def __init__(self, store: MetricStore, clock: Clock = CLOCK) -> None:
        self._store = store
        self._clock = clock
        self._now = clock.now
        self._changed = threading.Condition()
        self._running: threading.Thread | None = None
        self._waiting: dict[tuple[Place, str], Waiting] = {}
        self._suppressed: dict[tuple[Place, str], float] = {}

    def start(self) -> None:
        """Begin; once."""
        with self._changed:
            if self._running is None:
                self._running = threading.Thread(target=self._run, name="alarms", daemon=True)
                self._running.start()

    def stop(self) -> None:
        """End; the thread may still be in its last round."""
        with self._changed:
            self._running = None
            self._changed.notify_all()

    def _run(self) -> None:
        while self._rested(self._now() + EVERY):
            try:
                self.look()
            except Exception:
                LOG.exception("The alarms could not be judged; they are judged again in %s s", EVERY)

    def _rested(self, until: float) -> bool:
        """Wait; return whether this thread is still wanted."""
        with self._changed:
            while self._running is threading.current_thread():
                if not self._clock.wait(self._changed, until):
                    return True
        return False

    def look(self) -> None:
        """Judge each alarm once: first those of metrics, then those of other alarms."""
        cloudwatch.flush()
        composites = []
        for place, alarm in book.every():
            if "AlarmRule" in alarm:
                composites.append((place, alarm))
                continue
            try:
                self._judge(place, alarm)
            except (QueryError, ValueError, KeyError) as error:
                LOG.warning("The alarm %s could not be judged: %s", alarm["AlarmArn"], error)
        for place, alarm in composites:
            self.judge_composite(place, alarm)

    def _judge(self, place: Place, alarm: dict[str, Any]) -> None:
        rule = rule_of(alarm)
        now = self._now()
        found = self._measured(place, alarm, rule, now)
        judgement = None if found is None else judge(rule, found)
        if judgement is None or judgement.state == alarm["StateValue"]:
            return
        details = reasons.data(alarm, judgement, now)
        reason = reasons.reason(rule, judgement)
        if changed := book.change(place, alarm["AlarmArn"], judgement.state, reason, details):
            actions.perform(place, changed)

    def _measured(
        self, place: Place, alarm: dict[str, Any], rule: AlarmRule, now: float
    ) -> list[Datapoint | None] | None:
        """Return the datapoints of the periods until now; None if there are too few samples to judge."""
        if alarm.get("Metrics"):
            return self._computed(place, alarm, rule, now)
        period = alarm["Period"]
        end = int(now)
        if rule.looked_at * period > SECONDS_KEPT:
            end += -end % MINUTE
        start = end - rule.looked_at * period
        cells = self._store.read(place, metric_id(alarm), alarm.get("Unit"), Periods(start, end, period))
        name = alarm.get("Statistic") or alarm["ExtendedStatistic"]
        if _too_few(alarm, name, sum(cell.count for cell in cells.values())):
            return None
        act = statistic(name)
        values = {at: (act(cell), cell.count) for at, cell in cells.items()}
        return [_datapoint(at, *values.get(at, (None, 0.0))) for at in range(start, end, period)]

    def _computed(
        self, place: Place, alarm: dict[str, Any], rule: AlarmRule, now: float
    ) -> list[Datapoint | None]:
        queries = alarm["Metrics"]
        periods = [query["MetricStat"]["Period"] for query in queries if query.get("MetricStat")]
        returned = next(query for query in queries if query.get("ReturnData", True))
        period = returned.get("Period") or (returned.get("MetricStat") or {}).get("Period")
        period = period or min(periods, default=MINUTE)
        end = int(now) - int(now) % min(period, MINUTE)
        start = end - rule.looked_at * period
        results = Queries(self._store, place, queries, start, end, now).results()
        if len(results) > 1:
            raise QueryError("ValidationError", "its expression gives more than one time series")
        values = dict(results[0].points) if results else {}
        return [_datapoint(at, values.get(at), 1.0) for at in range(start, end, period)]

    def judge_composite(self, place: Place, alarm: dict[str, Any]) -> None:
        """Judge a composite alarm by the states of its children as they are now."""
        arn = alarm["AlarmArn"]
        rule = composite.read(alarm["AlarmRule"])
        state = ALARM if rule.holds(lambda child: _state_of(place, child)) else OK
        if state != alarm["StateValue"]:
            reason, details = _composite_reason(place, rule, state)
            if changed := book.change(place, arn, state, reason, details):
                self._act_unless_suppressed(place, changed)
        self._act_later(place, alarm)

    def _act_unless_suppressed(self, place: Place, changed: book.Changed) -> None:
        alarm = changed.alarm
        if not alarm.get("ActionsSuppressor"):
            actions.perform(place, changed)
            return
        until = self._now() + alarm.get("ActionsSuppressorWaitPeriod", 0)
        self._waiting[place, alarm["AlarmArn"]] = Waiting(until, changed)

    def _act_later(self, place: Place, alarm: dict[str, Any]) -> None:
        """Carry out what waited for the suppressor, once it is clear that it does not suppress."""
        suppressor = alarm.get("ActionsSuppressor")
        which, now = (place, alarm["AlarmArn"]), self._now()
        if not suppressor:
            return
        if _state_of(place, suppressor) == ALARM:
            self._suppressed[which] = now + alarm.get("ActionsSuppressorExtensionPeriod", 0)
            alarm["ActionsSuppressedBy"] = "Alarm"
            return
        if now < self._suppressed.get(which, 0.0):
            alarm["ActionsSuppressedBy"] = "ExtensionPeriod"
            return
        waiting = self._waiting.get(which)
        if waiting and now < waiting.until and which not in self._suppressed:
            alarm["ActionsSuppressedBy"] = "WaitPeriod"
            return
        alarm.pop("ActionsSuppressedBy", None)
        self._suppressed.pop(which, None)
        if waiting:
            del self._waiting[which]
            if waiting.change.old_state != alarm["StateValue"]:
                actions.perform(place, waiting.change)


def _datapoint(at: int, value: float | None, samples: float) -> Datapoint | None:
    return None if value is None else Datapoint(at, value, samples)


def _too_few(alarm: Mapping[str, Any], name: str, samples: float) -> bool:
    """Tell whether a percentile has too few samples to be judged, where the alarm asks for that.

    Source: the User Guide, "Percentile-based CloudWatch alarms and low data samples".
    """
    if alarm.get("EvaluateLowSampleCountPercentile") != "ignore" or not is_extended(name):
        return False
    try:
        percent = float(name[1:])
    except ValueError:
        return False
    share = (HUNDRED - percent if percent >= HALF else percent) / HUNDRED
    return share > 0 and samples < LOW_SAMPLES / share


def _state_of(place: Place, child: str) -> str:
    alarm = book.find(place, child)
    return alarm["StateValue"] if alarm else ""


def _composite_reason(place: Place, rule: composite.Composite, state: str) -> tuple[str, dict[str, Any]]:
    """Return what is said of the child that changed last: it is what changed the composite alarm."""
    known = [alarm for child in rule.children if (alarm := book.find(place, child))]
    if not known:
        return f"The rule became {'true' if state == ALARM else 'false'}", {}
    last = max(known, key=lambda alarm: alarm["StateUpdatedTimestamp"])
    at = last["StateUpdatedTimestamp"].astimezone(UTC)
    reason = f"{last['AlarmArn']} transitioned to {last['StateValue']} at {at:%A %d %B, %Y %H:%M:%S} UTC"
    child = {"value": last["StateValue"], "timestamp": moment(at)}
    return reason, {"triggeringAlarms": [{"arn": last["AlarmArn"], "state": child}]}
