"""What becomes of events afterwards: what was set aside, sending it again, recordings, an event's story.

What stands here, beside the commands `quarantine`, `replay`, `record` and `trace`:

    settings.py     the settings of the four commands
    pipeline.py     the deployed stack: its stream, tables and queues
    queues.py       a queue, read without losing anything of it
    apart.py        what was set aside: messages -> records, whole and each once; filters (pure)
    letters.py      dead letters -> the records that they name, read back from the stream
    tables.py       where a record stands: stored, quarantined, duplicate; and the claims of a replay
    claims.py       which records an earlier replay has put already
    sending.py      puts records again, in the order of their keys, and sees what became of them
    batches.py      the function's log -> the batches that a record was delivered in (pure)
    functionlog.py  the log group that they are read from
    story.py        all that is known of one event
"""
