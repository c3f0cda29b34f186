"""What becomes of events afterwards: quarantine, dead letters, replay, recordings, an event's story.

What stands here, beside the commands `quarantine`, `replay`, `record`, `trace` and `redeliver`:

    settings.py             the settings of the five commands
    pipeline.py             the deployed stack: its stream, tables and queues
    quarantine_messages.py  the quarantine's messages -> records, whole and each once (pure)
    dead_letters.py         dead letters -> the records that they name, read back from the stream
    failed_records.py       a record of either; filters (pure)
    listing.py              what is in quarantine and what is dead-lettered, in words (pure)
    tables.py               where a record stands: stored, quarantined, duplicate; and a replay's claims
    claims.py               which records an earlier replay has put already
    plan.py                 what a replay is to put again
    sending.py              puts records again, in the order of their keys, and sees what became of them
    batches.py              the function's log -> the batches that a record was delivered in (pure)
    functionlog.py          the log group that they are read from
    story.py                all that is known of one event
"""
