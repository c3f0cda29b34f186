"""The event source mapping for Kinesis: rules without I/O, workers at the edge."""
