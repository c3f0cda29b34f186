"""What becomes of records behind the stream: of any mapping, function and language.

mappings.py    a mapping of a Kinesis stream, found by what a user calls it
letters.py     on-failure messages, and the records that they name, read back from the stream
membership.py  which records of a stretch of a shard were a batch (pure)
places.py      where on-failure messages lie: a queue, queues behind a topic, a bucket
queues.py      a queue, read without losing anything of it
replaying.py   puts the records of dead letters again, and deletes the messages that are through
tracing.py     what became of one record
logs.py        a function's log: the lines of one invocation
redelivering.py   a full redelivery, in place
watching.py    all mappings at one moment
watching.py    all mappings at one moment
errors.py      what can go wrong
"""
