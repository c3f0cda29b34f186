"""The event source mapping for Kinesis: rules without I/O, workers at the edge.

    settings, request              what a mapping may ask for
    lane, states, actions          when records are sent, retried, split, dropped: the state machine
    backoff, answers, filters      its parts: how long to rest, what an answer means, what passes
    event, messages                what the function and the on-failure destination are given
    delivery, worker               the edge: a thread for each shard, a worker for each mapping
    target, destinations           the edge: invocations, metrics, queues, topics, buckets
    provider, plugin               where LocalStack hands Kinesis mappings over

All above the edge is plain Python: no LocalStack, no thread, no clock.
"""
