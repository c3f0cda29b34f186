"""What is sent, retried, split, dropped and read next: decided here, done elsewhere.

beginning    where a shard is read first
family       which shards of a stream may run: parents before children
shard        one shard: what to read, which lane a record belongs to, the one checkpoint
lane         one batch's life, by the tables in `states`
windows      tumbling windows and their state
answers      what the function's answer means
backoff      how long a batch rests
actions      what whoever runs a shard is asked to do

Two rules for readers. Everything that decides what becomes of a record stands here. Nothing here does I/O,
starts a thread or looks at a clock: records, verdicts and the time go in, actions come out.
"""
