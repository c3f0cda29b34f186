"""The delivery layer: each record ends in exactly one place, once, in order.

It knows nothing of any domain.

    records.py     what Lambda hands over, and why a record can be refused
    events.py      a record's bytes -> an event and its key
    items.py       an event -> a DynamoDB item, within DynamoDB's limits
    metrics.py     measures -> sums -> CloudWatch's form
    totals.py      the totals of each minute: names, places, reading them from anywhere
    sums.py        what one transaction adds to them, within bounds
    batches.py     which records go into one transaction, and what each becomes there
    counting.py    what a transaction settles, counted for CloudWatch and for the totals
    settle.py      the run of one invocation over store, quarantine and CloudWatch
    store.py       DynamoDB: transactions, receipts, markers
    quarantine.py  SQS: the messages of refused records
    clients.py     the AWS clients, the only place that makes them
    settings.py    the environment variables
    log.py         the log's lines
"""
