"""Kinesis Data Streams as an engine in LocalStack's process."""
