"""Firehose as a reader of streams: LocalStack's reads by a Java program that it would have to fetch.

reader.py     reads a stream for one delivery stream
provider.py   Firehose's API; destinations that cannot be served are refused
"""
