"""Records on their way into a stream and out of it.

Nothing here knows what stands in them, who reads the stream, or which command asks.

    A source
    lines.py        a file or standard input, unpacked, line by line
    formats.py      which format its lines are in
    foreign.py      formats that another program converts
    json_lines.py   events from JSON Lines, as they stand
    json_fields.py  fields of a JSON event, by name
    recorded.py     a line of a recording
    event.py        what is sent: bytes, partition key, and what the sender has to know

    Sending
    feed.py         a source, read ahead of its sender
    pace.py         when each event is due
    rules.py        what is sent next, and what is sent again: order, limits, retries, without I/O
    sender.py       the edge of these rules: threads, requests, signals
    failures.py     what a failed request means
    silence.py      since when nobody answers
    writing.py      a stream, and PutRecords
    again.py        puts events that are at hand, and tells of each acknowledgement
    transfer.py     one run of the sender, with its files and its counts
    tally.py        what became of a run's events, in words
    files.py        the ledger file, and the file of undelivered events

    Reading
    reading.py      shards and places in them, for all that read a stream
    recorder.py     reads every shard into one file
    recording.py    what many shards hold, in the order of arrival

    errors.py       what can go wrong
"""
