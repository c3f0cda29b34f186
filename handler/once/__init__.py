"""The delivery layer: each record ends in exactly one place, once, in order.

It knows nothing of any domain: `analyse` is given to it. What `analytics.py` needs is imported from here:

    from handler.once import Analysis, Dimension, Measure, Reason, RejectedError, Total

    analysis.py    what analyse returns
    records.py     what Lambda hands over, and why a record can be refused
    events.py      a record's bytes -> an event and its key
    items.py       an event -> a DynamoDB item, within DynamoDB's limits
    metrics.py     measures and dimensions -> sums -> CloudWatch's form
    totals.py      the totals of each minute: names, places, reading them from anywhere
    sums.py        what one transaction adds to them, within bounds
    faults.py      an exception in analyse: what it was and where, and nothing of the event
    batches.py     which records go into one transaction, and what each becomes there
    counting.py    what a transaction settles, counted for CloudWatch and for the totals
    settle.py      the run of one invocation over store, quarantine and CloudWatch
    store.py       DynamoDB: transactions, receipts, markers
    quarantine.py  SQS: the messages of refused records
    clients.py     the AWS clients, the only place that makes them
    wire.py        how the clients' requests go out
    settings.py    the environment variables
    log.py         the log's lines
"""

from handler.once.analysis import Analyse, Analysis, Body
from handler.once.metrics import Dimension, Measure
from handler.once.records import Json, Reason, RejectedError
from handler.once.totals import Total

__all__ = [
    "Analyse",
    "Analysis",
    "Body",
    "Dimension",
    "Json",
    "Measure",
    "Reason",
    "RejectedError",
    "Total",
]
