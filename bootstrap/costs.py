"""What the pipeline costs on AWS: an hour of standing there, and a million events. Pure.

List prices as `tailrace/load/prices.py` has them, with those that only this pipeline needs.
"""

from dataclasses import dataclass
from math import ceil
from typing import Literal

from bootstrap.settings import PipelineSettings
from tailrace.load.prices import (
    AS_OF,
    LAMBDA_GB_SECOND,
    LAMBDA_REQUEST,
    MILLION,
    PUT_UNIT,
    READ_UNIT,
    WRITE_UNIT,
    Price,
)

_HOURS = 730  # of a month


SHARD_HOUR = Price(0.015, "field")
METRIC_REQUEST = Price(0.01 / 1000, "unv")
METRIC_HOUR = Price(0.30 / _HOURS, "unv")
ALARM_HOUR = Price(0.10 / _HOURS, "unv")
LOG_GB = Price(0.50, "unv")
SQS_REQUEST = Price(0.40 / MILLION, "unv")
TRACE = Price(5.00 / MILLION, "doc")  # https://aws.amazon.com/xray/pricing/; 100,000 a month are free
DASHBOARD_HOUR = Price(3.00 / _HOURS, "unv")  # the first three of an account cost nothing


@dataclass(frozen=True)
class Load:
    """What an event is like; the function's time and log are measured on the emulator."""

    event_bytes: int = 500
    item_bytes: int = 1000
    seconds_per_event: float = 0.0013
    log_bytes_per_batch: int = 900


# Of the handler: records in a transaction, beside its receipt and totals; the sizes of these in KB, measured.
_RECORDS_PER_TRANSACTION = 98
_RECEIPT_KB, _TOTALS_KB = 2, 2
_MEMORY_GB = 0.5
_ALARMS = 9
_METRICS = 27  # event types times device types, the sums, and the detector's two
# Of the detector: it reads six hours of minutes each minute.
_LOOKS = 60
_LOOK_SECONDS = 0.5
_LOOK_MEMORY_GB = 0.25
_MINUTES_READ = 360


@dataclass(frozen=True)
class Item:
    """One line of the bill."""

    name: str
    dollars: float
    sure: Literal["doc", "field", "unv"]


def hourly(settings: PipelineSettings) -> list[Item]:
    """Return what an hour costs in which the stack stands, whether events come or not.

    The metrics cost only in hours in which they are published.
    """
    looks = _LOOKS if settings.number("DETECTOR", 1) else 0
    read = looks * _MINUTES_READ * settings.number("SHARDS", 1) * _TOTALS_KB / 4
    return [
        _item(f"{settings.number('SHARDS', 1)} shards", settings.number("SHARDS", 1), SHARD_HOUR),
        _item(f"{_ALARMS} alarms", _ALARMS, ALARM_HOUR),
        _item(f"{_METRICS} metrics, while events come", _METRICS, METRIC_HOUR),
        _item("Detector: time", looks * _LOOK_SECONDS * _LOOK_MEMORY_GB, LAMBDA_GB_SECOND),
        _item("Detector: reads", read, READ_UNIT),
        _item("Detector: metrics", looks, METRIC_REQUEST),
        _item("Dashboard", 1, DASHBOARD_HOUR),
        *([_item("Detector: traces, at most", looks, TRACE)] if settings.number("TRACING", 0) else []),
    ]


def per_million(settings: PipelineSettings, load: Load | None = None) -> list[Item]:
    """Return what a million events cost, in batches as full as they may be; less full ones cost more.

    Traced are at most all invocations: X-Ray's own rule takes one a second and a twentieth of the others.
    """
    load = load or Load()
    records = settings.number("BATCH_SIZE", 490)
    batches = ceil(MILLION / records)
    units = MILLION * ceil(load.event_bytes / 25_000)
    transactions = batches * ceil(records / _RECORDS_PER_TRANSACTION)
    receipts = _RECEIPT_KB * transactions
    writes = 2 * (MILLION * ceil(load.item_bytes / 1024) + receipts) + receipts
    return [
        _item("Kinesis: put", units, PUT_UNIT),
        _item("Lambda: requests", batches, LAMBDA_REQUEST),
        _item("Lambda: time", MILLION * load.seconds_per_event * _MEMORY_GB, LAMBDA_GB_SECOND),
        _item("DynamoDB: writes in transactions", writes, WRITE_UNIT),
        _item("DynamoDB: totals of each minute", 2 * _TOTALS_KB * transactions, WRITE_UNIT),
        _item("CloudWatch: metrics", batches, METRIC_REQUEST),
        _item("CloudWatch: logs", batches * load.log_bytes_per_batch / 1e9, LOG_GB),
        *([_item("X-Ray: traces, at most", batches, TRACE)] if settings.number("TRACING", 0) else []),
    ]


def total(items: list[Item]) -> float:
    """Return the sum in dollars."""
    return sum(item.dollars for item in items)


def lines(settings: PipelineSettings) -> list[str]:
    """Return the whole calculation as lines to show."""
    hour, million = hourly(settings), per_million(settings)
    return [
        f"It costs ${total(hour):.3f} an hour and ${total(million):.2f} for a million events of 0.5 KB:",
        *(f"  {item.name:<34} ${item.dollars:8.4f} an hour     {item.sure}" for item in hour),
        *(f"  {item.name:<34} ${item.dollars:8.4f} a million    {item.sure}" for item in million),
        f"List prices of us-east-1 as of {AS_OF}; doc: AWS's price list, field: many public bills,",
        "unv: not verified, look into AWS's price list before you rely on it.",
    ]


def _item(name: str, amount: float, price: Price) -> Item:
    return Item(name, amount * price.dollars, price.sure)
