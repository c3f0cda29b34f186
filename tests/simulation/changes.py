"""The mutants: changes of the rules, the engine and the model, each of which a run has to notice."""

from typing import NamedTuple

RULES = "bench/tailrace/mapping/rules/"
LANE, SHARD, STATES = RULES + "lane.py", RULES + "shard.py", RULES + "states.py"
WINDOWS, FAMILY = RULES + "windows.py", RULES + "family.py"
SHARDS, STREAMS = "bench/tailrace/kinesis/shards.py", "bench/tailrace/kinesis/streams.py"
ANSWERS, BEGINNING = RULES + "answers.py", RULES + "beginning.py"
LIMITS = "bench/tailrace/kinesis/limits.py"
EDGE = "bench/tailrace/mapping/"
DELIVERY, DELIVERIES = EDGE + "delivery.py", EDGE + "deliveries.py"
WORKER, CREW = EDGE + "worker.py", EDGE + "crew.py"
MODEL = "tests/simulation/reference.py"


class Mutant(NamedTuple):
    """One change: in a file, from one text to another."""

    file: str
    old: str
    new: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of histories that have to notice it."""
        return ("edge",) if self.file in {DELIVERY, DELIVERIES, WORKER, CREW} else ("lane", "world")


MUTANTS = (
    Mutant(LANE, "batch.tries > self._settings.retries", "batch.tries >= self._settings.retries"),
    Mutant(LANE, "batch.tries > self._settings.retries", "batch.tries > self._settings.retries + 1"),
    Mutant(LANE, "batch.tries += cost.spends", "batch.tries += 1"),
    Mutant(LANE, "batch.due = now + delay(batch.failures)", "batch.due = now"),
    Mutant(
        LANE,
        "(batch.pending[:middle], batch.pending[middle:])",
        "(batch.pending[middle:], batch.pending[:middle])",
    ),
    Mutant(
        LANE,
        "(batch.pending[:middle], batch.pending[middle:])",
        "(batch.pending[:middle], batch.pending[middle + 1 :])",
    ),
    Mutant(LANE, "self._batches.extendleft(reversed(batches))", "self._batches.extend(batches)"),
    Mutant(LANE, "batch.pending = batch.pending[count:]", "batch.pending = ()"),
    Mutant(LANE, "        batch.request_id = None\n", ""),
    Mutant(LANE, "if now < one.record.arrival + age)", "if now < one.record.arrival + age + 5)"),
    Mutant(LANE, "len(batch.pending) if whole else verdict.processed", "len(batch.pending)"),
    Mutant(LANE, "count = min(len(self._waiting), most)", "count = len(self._waiting)"),
    Mutant(
        LANE,
        "if place and not (fits(weight) and one.record.arrival < end):",
        "if place and not fits(weight):",
    ),
    Mutant(
        LANE,
        "if place and not (fits(weight) and one.record.arrival < end):",
        "if place and one.record.arrival >= end:",
    ),
    Mutant(LANE, "(fits(self._weight) and self._windows is None)", "self._windows is None"),
    Mutant(
        LANE, "return last or (dry and self._windows.over(now))", "return last or self._windows.over(now)"
    ),
    Mutant(
        LANE, "return last or (dry and self._windows.over(now))", "return dry and self._windows.over(now)"
    ),
    Mutant(LANE, "return self._windows is None or self._windows.window is None", "return True"),
    Mutant(LANE, "if self._batches or self._waiting:", "if self._waiting:"),
    Mutant(
        LANE,
        "        if batch.view:\n            self._windows.close()\n        elif",
        "        if not batch.view and",
    ),
    Mutant(LANE, "self._waiting[0].record.arrival >= self._windows.window.end", "False"),
    Mutant(STATES, "Kind.THROTTLED: Cost(spends=False", "Kind.THROTTLED: Cost(spends=True"),
    Mutant(STATES, "Kind.FAULT: Cost(spends=False", "Kind.FAULT: Cost(spends=True"),
    Mutant(STATES, "Kind.ERROR: Cost(spends=True", "Kind.ERROR: Cost(spends=False"),
    Mutant(
        SHARD,
        "lane_of(record.partition_key, len(self._lanes))",
        "lane_of(record.sequence_number, len(self._lanes))",
    ),
    Mutant(SHARD, "if lowest is not None and lowest < found:", "if False:"),
    Mutant(SHARD, "if lowest is not None and lowest < found:", "if lowest is not None:"),
    Mutant(SHARD, "self._position = start + len(records)", "self._position = self._position + len(records)"),
    Mutant(SHARD, "            if self._accepts(record)\n", ""),
    Mutant(
        SHARD,
        "return Remains(self._position, (*pending, *self._left), self._windows)",
        "return Remains(self._position)",
    ),
    Mutant(
        SHARD,
        "if self._ended and all(lane.settled for lane in self._lanes):",
        "if self._ended and not self.busy:",
    ),
    Mutant(SHARD, "if lane.busy or lane.settled:", "if lane.settled:"),
    Mutant(FAMILY, "and all(parent in self._done or parent not in parents for parent in above)", "and True"),
    Mutant(FAMILY, "and all(parent in", "and any(parent in"),
    Mutant(FAMILY, "        self._begun.update(found)\n", ""),
    Mutant(WINDOWS, "start = arrival // self.seconds * self.seconds", "start = arrival // self.seconds"),
    Mutant(WINDOWS, "        self.window, self.state = None, EMPTY", "        self.window = None"),
    Mutant(WINDOWS, "        self.state = state\n        return len", "        return len"),
    Mutant(SHARDS, "start = max(position, self._earliest)", "start = max(position, self._earliest + 1)"),
    Mutant(
        SHARDS,
        "            self._earliest = self._first + gone\n",
        "            self._earliest = self._first + gone + (gone > 0)\n",
    ),
    Mutant(
        ANSWERS,
        "return min(known) if len(known) == len(found) else None",
        "return max(known) if len(known) == len(found) else None",
    ),
    Mutant(
        ANSWERS, "return min(known) if len(known) == len(found) else None", "return min(known, default=None)"
    ),
    Mutant(ANSWERS, "if partial_answers else None", "if True else None"),
    Mutant(ANSWERS, "if stateful and not isinstance(state, dict):", "if False:"),
    Mutant(ANSWERS, "    except RecursionError:\n", "    except ZeroDivisionError:\n"),
    Mutant(BEGINNING, "return None if shard.closed else shard.latest", "return shard.latest"),
    Mutant(BEGINNING, "return shard.position_at(moment)", "return shard.position_at(moment) + 1"),
    Mutant(
        LIMITS,
        "self._available = min(self.rate, self._available + passed * self.rate)",
        "self._available += passed * self.rate",
    ),
    Mutant(STREAMS, "HashKeyRange(start, step.at - 1)", "HashKeyRange(start, step.at)"),
    Mutant(STREAMS, "        self._opened += 1\n", ""),
    Mutant(
        DELIVERY,
        "            with self._lock:\n                was, before = self._reader, self._plan\n",
        "            if True:\n                was, before = self._reader, self._plan\n",
    ),
    Mutant(DELIVERY, "        if self._reader and self._reader.busy:\n            return False\n", ""),
    Mutant(DELIVERY, "            if self._news:\n                return False\n", ""),
    Mutant(
        DELIVERY,
        "            self._news = True\n            if self._state is not",
        "            if self._state is not",
    ),
    Mutant(
        DELIVERY,
        "            self._remains = self._reader.remains()\n",
        "            self._remains = Remains(self._reader.position)\n",
    ),
    Mutant(DELIVERY, "            return JudgedTry(Kind.FAULT)\n", "            raise\n"),
    Mutant(
        DELIVERY,
        "        self._unsubscribe = self.shard.subscribe(self._wake) if wanted else lambda: None\n",
        "",
    ),
    Mutant(
        DELIVERY,
        "            if self._alarm is None or self._alarm.due != until:",
        "            if self._alarm is None:",
    ),
    Mutant(
        DELIVERY,
        "            with self._gate:\n                self._state = _Gate.RESTING\n            self._clock",
        "            self._clock",
    ),
    Mutant(
        DELIVERY,
        "            self._clock.call_at(self._clock.now() + PAUSE, self._wake)\n",
        "",
    ),
    Mutant(DELIVERY, "        self._crew.run(self._work)\n\n    def _rest", "\n    def _rest"),
    Mutant(
        DELIVERY,
        "            verdict = self._invoke(plan, action)\n"
        "            with self._lock:\n"
        "                reader.judged(lane, verdict, self._clock.now())\n",
        "            with self._lock:\n"
        "                reader.judged(lane, JudgedTry(Kind.PROCESSED), self._clock.now())\n"
        "            self._invoke(plan, action)\n"
        "            with self._lock:\n",
    ),
    Mutant(DELIVERIES, "                self._family.done(delivery.shard.shard_id)\n", ""),
    Mutant(
        DELIVERIES,
        "                for one in self._begin_ready():\n                    one.follow(self._plan)\n",
        "                self._begin_ready()\n",
    ),
    Mutant(
        DELIVERIES,
        "        with self._lock:\n            if delivery.finished",
        "        if True:\n            if delivery.finished",
    ),
    Mutant(DELIVERIES, "        if not self.running:\n            self._halted()\n", ""),
    Mutant(WORKER, "        if self.uuid in store:\n", "        if True:\n"),
    Mutant(
        WORKER,
        "        with self._lock:\n"
        "            self._refuse_if_deleting()\n"
        "            self._become(configuration=change(self._mapping.configuration), role=role)",
        "        old = change(self._mapping.configuration)\n"
        "        with self._lock:\n"
        "            self._refuse_if_deleting()\n"
        "            self._become(configuration=old, role=role)",
    ),
    Mutant(WORKER, "            if state is not self.current_state:\n                return\n", ""),
    Mutant(
        WORKER,
        "            self._refuse_if_deleting()\n            self._become(configuration",
        "            self._become(configuration",
    ),
    Mutant(WORKER, "if self._deliveries is None or self._rewinding:", "if self._deliveries is None:"),
    Mutant(
        WORKER,
        "            if self._rewinding:\n                self._begin_again()\n",
        "",
    ),
    Mutant(WORKER, "            if self.delivering:\n                return\n", ""),
    Mutant(WORKER, "if order > self._result_order:", "if True:"),
    Mutant(WORKER, "stream is not self._deliveries.stream:", "False:"),
    Mutant(
        DELIVERY,
        "wanted = None if self._stream.deleted or self.finished else self._wanted",
        "wanted = None if self.finished else self._wanted",
    ),
    Mutant(
        DELIVERY,
        "            if result:\n                plan.target.result(result, order)\n",
        "",
    ),
    Mutant(
        CREW,
        "            if len(self._tasks) <= self._idle:\n"
        "                self._changed.notify()\n"
        "                return\n",
        "            if len(self._tasks) <= self._idle:\n                return\n",
    ),
    Mutant(
        CREW,
        "        with self._changed:\n            self._tasks.append(task)",
        "        if True:\n            self._tasks.append(task)",
    ),
    Mutant(CREW, "                self._idle -= 1\n", ""),
    Mutant(MODEL, "record.again = True", "record.again = False"),
    Mutant(MODEL, "attempt.spent += 1", "attempt.spent += 2"),
    Mutant(MODEL, "state.closed_windows.add(view.window.start)", "state.closed_windows.add(view.window.end)"),
    Mutant(MODEL, "not passes(record.put, patterns)", "False"),
    Mutant(MODEL, "(records[low].settled or", "(not records[low].settled or"),
    Mutant(MODEL, "FIRST_DELAY = 0.3", "FIRST_DELAY = 0.5"),
)
