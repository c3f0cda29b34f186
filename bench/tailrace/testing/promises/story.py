"""What became of one event, in lines: put, delivered, stored or not."""

from datetime import UTC, datetime
from typing import Any

from tailrace.testing.audit import Acknowledged

from .finding import Break, Found
from .subject import Subject

MOST = 8
"""Batches of a story: the first and the last of them."""


def story(subject: Subject, broken: Break, found: Found) -> str:
    """Tell what became of an event."""
    record = broken.record
    lines = [f"{record.element} {broken.what}"]
    lines.append(
        f"put          {record.shard_id}, {record.sequence_number}, key {record.partition_key}: "
        f"{_shown(record.content)}"
    )
    batches = subject.batches(record)
    shown = batches if len(batches) <= MOST else [*batches[: MOST // 2], *batches[-MOST // 2 :]]
    lines += [_batch(batch) for batch in shown]
    if len(batches) > MOST:
        lines.insert(2 + MOST // 2, f"             … {len(batches) - MOST} more batches …")
    if not batches:
        lines.append("delivered    never")
    lines.append(f"ended        {', '.join(ends(record, found)) or 'nowhere'}")
    return "\n  ".join(lines)


def _batch(batch: dict[str, Any]) -> str:
    at = datetime.fromtimestamp(batch["began"], UTC)
    why = f": {batch['reason']}" if batch["reason"] else ""
    records = f"{batch['records']} records" if batch["records"] != 1 else "1 record"
    verb = "given up" if batch["kind"] == "given up" else "delivered"
    how = "" if verb == "given up" else f", {batch['kind']}"
    return f"{verb:<12} {at:%H:%M:%S.%f}"[:-3] + f" with {records}{how}{why}"


def ends(record: Acknowledged, found: Found) -> list[str]:
    """Say where a record ended; nothing if it did nowhere."""
    times = sum(one.element == record.element for one in found.stored)
    where = [f"stored {times} times" if times > 1 else "stored"] if times else []
    if found.is_dead(record):
        where.append("in a dead letter")
    elif found.is_set_aside(record):
        where.append("set aside by the function")
    return where


def _shown(content: bytes | None) -> str:
    text = (content or b"").decode(errors="replace")
    return text if len(text) <= 200 else f"{text[:200]}…"  # noqa: PLR2004  a line or two
