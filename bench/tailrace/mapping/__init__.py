"""The event source mapping for Kinesis: rules without I/O, and an edge that does what they ask for.

settings, request             what a mapping may ask for
rules/                        when records are read, sent, retried, split, given up: state machines
filters, matching             which records pass
event, messages               what the function and the on-failure destination are given
crew, delivery, deliveries    the edge: one shard, all shards of a stream
worker                        the edge: one mapping, what it is and what state it is in
history, telling              what each mapping did, for who watches from outside
target, destinations          the edge: invocations, metrics, queues, topics, buckets
provider                      where LocalStack hands Kinesis mappings over
"""
