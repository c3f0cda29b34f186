"""Records on their way into a stream and out of it.

Nothing here knows what stands in them, or who reads the stream.

    event.py       what is sent: bytes, partition key, and what the sender has to know
    jsonlines.py   events from JSON Lines
    recorded.py    the form of a recording
    feed.py        a source, read ahead of its sender
    pace.py        when each event is due
    rules.py       what is sent next, and what is sent again: order, limits, retries, without I/O
    sender.py      the edge of these rules: threads, requests, signals
    failures.py    what a failed request means
    writing.py     a stream, and PutRecords
    ledger.py      what was acknowledged, and what was not
    reading.py     shards and places in them, for all that read a stream
    recording.py   what many shards hold, in one file
    errors.py      what can go wrong
"""
